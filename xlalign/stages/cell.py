"""One cell of an evaluation: test a fine-tuned model (or compare sentence vectors) in every language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.results import CellResult
    from xlalign.stages.grid import TestedCell

RESULT = "result.json"


def pins(settings: TestedCell) -> dict[str, str]:
    """The identity of a model from outside the cache."""
    return pin_model(settings.model)


def run(job: Job) -> None:
    """Test in every language."""
    from xlalign.evaluation.cells import run_cell

    settings: TestedCell = job.settings
    model = job.inputs.get("model", settings.model)
    stored, tuned = job.inputs["data"], job.inputs.get("tuned")
    result = run_cell(settings.cell, model, job.space.scratch, tuned=tuned, stored=stored)
    text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
    (job.space.out / RESULT).write_text(text + "\n", encoding="utf-8")
    job.space.info["headline"] = {lang: entry.headline for lang, entry in result.languages.items()}


def read(data: Path) -> CellResult:
    """The result of a cell from its artifact's data folder."""
    from xlalign.evaluation.results import CellResult

    return CellResult.model_validate_json((data / RESULT).read_bytes())
