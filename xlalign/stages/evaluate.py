"""The eval stage: bring the cells of all models together."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from xlalign.config import operational
from xlalign.config.faults import Fault, unknown
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks import TASKS
from xlalign.modeling.reference import parse
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages
from xlalign.stages.checks import data_faults, file_fault, languages_of, model_faults
from xlalign.stages.grid import cell_name, fitted, grid, read

EVAL = Kind("eval", 3, __name__, shown=("results.json",))


class EvalStage(EvalSettings):
    """An `[eval]` table."""

    controls: tuple[str, ...] = Field((), description="models that only had more training: no contestants")
    labels: dict[str, str] = operational({}, 'what tables call a model: {"runs/7/model" = "ours"}')


def nodes(name: str, settings: EvalStage, stages: Stages) -> list[Node]:
    """The grid of data, fine-tunings and cells, and the node that brings the cells together."""
    settings = fitted(name, settings, stages)
    models = settings.models
    built = grid(name, settings, {model: parse(model, model_stages(stages)) for model in models})
    cells = [(model, cell_name(name, cell.task, model, cell.seed)) for model in models for cell in settings.cells()]
    # Roles are the inputs' names in the key: the number keeps the order, the model says whose cell it is.
    tested = {f"{number}|{model}": cell for number, (model, cell) in enumerate(cells)}
    return [*built, Node(name, EVAL, settings, tested)]


def faults(stage: Checked) -> Iterator[Fault]:
    """Tasks, languages, models and where the data come from."""
    settings: EvalStage = stage.settings
    known = settings.models or tuple(stage.stages.get("pretrain") or model_stages(stage.stages))
    for model in settings.models:
        yield from model_faults(stage.at("models"), model, stage.stages)
    for field in ("controls", "labels"):
        for model in getattr(settings, field):
            if model not in known:
                yield unknown(stage.at(field), "model among `models`:", model, known)
    yield from data_faults(stage, {task: settings.source(task) for task in settings.all_tasks()})
    yield from _task_faults(stage)
    for lexicon in settings.lexicons.values():
        yield from file_fault(stage.at("lexicons"), lexicon, "lexicon", "wanted a TSV file `English<TAB>word`")


def _task_faults(stage: Checked) -> Iterator[Fault]:
    """Unknown tasks in any field, and languages that no task has."""
    settings: EvalStage = stage.settings
    named = [*TASKS, *settings.custom, "xtreme"]
    kinds = {TASKS.get(name).kind for name in TASKS}
    for field in ("tasks", "data_of", "train_from", "test_split", "fine_tuning"):
        others = [*kinds, "all"] if field == "fine_tuning" else []
        for name in getattr(settings, field):
            if name not in (*named, *others):
                yield unknown(stage.at(field), "task", name, [*named, *others])
    tasks = [settings.task(name) for name in settings.all_tasks() if name in named and name != "xtreme"]
    has = {lang for task in tasks for lang in languages_of(settings.source(task.name), task.languages)}
    if has:
        for lang in settings.languages:
            if lang not in has:
                yield unknown(stage.at("languages"), "language of these tasks:", lang, has)


SECTION = Section("eval", EvalStage, nodes, faults=faults)


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
