"""One cell of an evaluation: fine-tune on English (or compare sentence vectors) and test in every language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.grid import TRIAL, TestedCell
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.cells import CellResult

RESULT = "result.json"


def pins(settings: TestedCell) -> dict[str, str]:
    """The identity of a model from outside the cache."""
    return pin_model(settings.model)


def run(job: Job) -> None:
    """Compute the cell, or take over the trial that already did."""
    from xlalign.evaluation.cells import run_cell

    settings: TestedCell = job.settings
    trials = [read(path) for role, path in sorted(job.inputs.items()) if role.startswith(TRIAL)]
    model = job.inputs.get("model", settings.model)
    result = run_cell(settings.cell, model, job.space.scratch, trials=trials, stored=job.inputs["data"])
    document = result.model_dump(mode="json")
    (job.space.out / "times.json").write_text(json.dumps({"seconds": document.pop("seconds")}) + "\n")
    (job.space.out / RESULT).write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    job.space.info["headline"] = {lang: entry.headline for lang, entry in result.languages.items()}


def read(data: Path) -> CellResult:
    """The result of a cell from its artifact's data folder."""
    from xlalign.evaluation.cells import CellResult

    return CellResult.model_validate_json((data / RESULT).read_bytes())
