"""The eval stage: bring the cells of all models together."""

from __future__ import annotations

from pydantic import Field

from xlalign.evaluation.settings import EvalSettings
from xlalign.modeling.reference import parse
from xlalign.stages.base import Job, Kind, Node, Section, Stages, model_stages
from xlalign.stages.cell import read
from xlalign.stages.grid import cell_name, grid, models_of

EVAL = Kind("eval", 2, __name__)


class EvalStage(EvalSettings):
    """An `[eval]` table."""

    controls: tuple[str, ...] = Field((), description="models that only had more training: no contestants")


def nodes(name: str, settings: EvalStage, stages: Stages) -> list[Node]:
    """The grid of data, fine-tunings and cells, and the node that brings the cells together."""
    models = models_of(name, settings.models, stages)
    built = grid(name, settings, {model: parse(model, model_stages(stages)) for model in models})
    cells = [(model, cell_name(name, cell.task, model, cell.seed)) for model in models for cell in settings.cells()]
    tested = {f"{number}|{model}": cell for number, (model, cell) in enumerate(cells)}
    return [*built, Node(name, EVAL, settings.model_copy(update={"models": models}), tested)]


SECTION = Section("eval", EvalStage, nodes)


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
