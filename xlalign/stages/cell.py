"""One cell of an evaluation: test a fine-tuned model (or compare sentence vectors) in every language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlalign.evaluation.cell import GridCell
from xlalign.stages.base import Job

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.results import CellResult

RESULT = "result.json"


def pins(settings: GridCell) -> dict[str, str]:
    """Everything comes from the model, the data and the fine-tuning."""
    return {}


def run(job: Job) -> None:
    """Test in every language."""
    from xlalign.evaluation.cells import run_cell

    model, stored, tuned = str(job.model("model")), job.inputs["data"], job.inputs.get("tuned")
    result = run_cell(job.settings, model, job.space.scratch, tuned=tuned, stored=stored)
    text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
    (job.space.out / RESULT).write_text(text + "\n", encoding="utf-8")
    job.space.info["headline"] = {lang: entry.headline for lang, entry in result.languages.items()}


def read(data: Path) -> CellResult:
    """The result of a cell from its artifact's data folder."""
    from xlalign.evaluation.results import CellResult

    return CellResult.model_validate_json((data / RESULT).read_bytes())
