"""The eval stage: bring the cells of all models together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.cell import read

if TYPE_CHECKING:
    from xlalign.stages.wiring import EvalStage


def pins(settings: EvalStage) -> dict[str, str]:
    """Everything comes from cells."""
    return {}


def run(job: Job) -> None:
    """Write results.json, and the predictions of each model and seed in the benchmark's submission layout."""
    from xlalign.evaluation.aggregate import aggregate
    from xlalign.evaluation.submission import write_predictions

    settings: EvalStage = job.settings
    cells = {model: [read(job.inputs[role]) for role in _roles(job, model)] for model in settings.models}
    results = aggregate(cells, settings)
    (job.space.out / "results.json").write_text(results.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for number, model in enumerate(settings.models):
        folder = job.space.out / "predictions" / f"{number}-{model.replace('/', '--')}"
        for seed in settings.seeds:
            write_predictions(folder / f"seed-{seed}", [cell for cell in cells[model] if cell.seed in (0, seed)])


def _roles(job: Job, model: str) -> list[str]:
    """The inputs that belong to a model; a role is `number of the cell|model`."""
    return [
        role
        for role in sorted(job.inputs, key=lambda role: int(role.partition("|")[0]))
        if role.partition("|")[2] == model
    ]
