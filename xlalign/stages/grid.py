"""The evaluation grid: the data, the fine-tunings with the trials that choose how, and the cells, as nodes and as work.

A node's settings hold what concerns it and nothing else: another task, model, seed or language never makes a finished
fine-tuning run again, tasks that train on the same data share one, and the trial of the chosen regime is also the
fine-tuning of its seed when it was a full run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field

from xlalign.artifacts.digest import canonical, digest_file
from xlalign.config import Settings, identity
from xlalign.errors import DataError, UserError
from xlalign.evaluation.cell import GridCell, TestSet, TrainingSet, Tuning
from xlalign.evaluation.settings import EvalSettings, width_of
from xlalign.modeling.inspection import configuration
from xlalign.modeling.reference import Reference, origin, parse
from xlalign.stages.base import Job, Kind, Node, Stages, model_stages

if TYPE_CHECKING:
    from xlalign.evaluation.data.sets import TestData, TrainingData
    from xlalign.evaluation.results import CellResult

RESULT = "result.json"
DATA = Kind("task-data", 3, f"{__name__}:TASK_DATA")
TUNE = Kind("fine-tune", 2, f"{__name__}:FINE_TUNE")
CELL = Kind("cell", 4, f"{__name__}:TEST", shown=(RESULT,))
TRIAL = "trial"
Fitted = TypeVar("Fitted", bound=EvalSettings)
PUBLISHED = ("folder:", "hub:")
"""Sources of real data, which a bitext may hold; the micro-world keeps its splits apart by itself."""


class TaskData(Settings):
    """Examples that train, or that are tested on."""

    training: TrainingSet | None = Field(None, description="examples of a fine-tuning")
    tested: TestSet | None = Field(None, description="examples of a cell")


def grid(evaluation: str, settings: EvalSettings, models: Mapping[str, Reference]) -> Iterator[Node]:
    """The nodes of an evaluation but the one that brings the cells together.

    Args:
        evaluation: name of the eval stage, which groups the nodes.
        settings: its table.
        models: what each name of a model stands for.
    """
    yield from _Grid(evaluation, settings, models).nodes()


def models_of(name: str, wanted: tuple[str, ...], stages: Stages) -> tuple[str, ...]:
    """The models of a stage: those it names, or every pretrain stage; where there is none, every vocabulary stage."""
    models = wanted or tuple(stages.get("pretrain") or model_stages(stages))
    if not models:
        raise UserError(f"`{name}` has no model to evaluate", 'add [pretrain.NAME] stages, or models = ["PATH"]')
    return models


def fitted(name: str, settings: Fitted, stages: Stages) -> Fitted:
    """The settings of a stage with its models, and the hyperparameters that suit their size."""
    models = models_of(name, settings.models, stages)
    made = model_stages(stages)
    known = [configuration(origin(parse(model, made), made)) for model in models]
    return settings.model_copy(update={"models": models}).fitted(map(width_of, known))


def cell_name(evaluation: str, task: str, model: str, seed: int) -> str:
    """The name of a cell's node."""
    return f"{evaluation}.{task}.{model}.{seed}"


def held_out_name(evaluation: str, cell: GridCell) -> str:
    """The name of the node with every published test example of a task: what a bitext is kept apart from.

    How many of them a cell is tested on makes no bitext again.
    """
    sampled = cell.test.test_examples or cell.test.dev_examples
    return f"{evaluation}.{cell.task}.{'all' if sampled else 'data'}"


class _Grid:
    """The nodes by name, each identity once."""

    def __init__(self, evaluation: str, settings: EvalSettings, models: Mapping[str, Reference]) -> None:
        self._evaluation, self._settings, self._models = evaluation, settings, models
        self._found: dict[str, Node] = {}
        self._names: dict[str, str] = {}

    def nodes(self) -> Iterator[Node]:
        for model in self._models:
            for cell in self._settings.cells():
                self._cell(cell, model)
        yield from self._found.values()

    def _cell(self, cell: GridCell, model: str) -> None:
        inputs = {"data": self._add("data", cell.task, DATA, TaskData(tested=cell.test))}
        if cell.test.data.startswith(PUBLISHED):
            # A bitext is kept apart from all of a published test set, whichever part of it this file happens to test.
            whole = cell.test.model_copy(update={"test_examples": 0, "dev_examples": 0})
            self._add("all", cell.task, DATA, TaskData(tested=whole))
        if cell.tuning:
            inputs["tuned"] = self._tuning(cell.task, cell.tuning, model)
        name = cell_name(self._evaluation, cell.task, model, cell.seed)
        node = Node(name, CELL, cell, inputs, self._evaluation)
        self._found[name] = node.reading("model", self._models[model])

    def _tuning(self, task: str, tuning: Tuning, model: str) -> str:
        """The node of a fine-tuning, with its trials where the grid has several regimes."""
        inputs = {"data": self._add("english", task, DATA, TaskData(training=tuning.data))}
        trials = {
            f"{TRIAL}{number}": self._add(f"{model}.{TRIAL}{number}", task, TUNE, trial, inputs, model)
            for number, trial in enumerate(tuning.trials())
        }
        return self._add(f"{model}.tuned.{tuning.seed}", task, TUNE, tuning, inputs | trials, model)

    def _add(
        self,
        label: str,
        task: str,
        kind: Kind,
        settings: Settings,
        inputs: dict[str, str] | None = None,
        model: str | None = None,
    ) -> str:
        """The name of the node with these settings and inputs, made when there is none."""
        # One identity, one node: XQuAD and MLQA train on the same SQuAD, so their cells read one fine-tuning.
        wanted = canonical([kind.name, identity(settings), inputs or {}, model])
        if wanted not in self._names:
            name = self._names[wanted] = f"{self._evaluation}.{task}.{label}"
            node = Node(name, kind, settings, inputs or {}, self._evaluation)
            self._found[name] = node.reading("model", self._models[model]) if model else node
        return self._names[wanted]


class TaskDataStage:
    """The data of one task, read (or drawn) once, checked, and stored for all cells."""

    def pins(self, settings: TaskData) -> dict[str, str]:
        """Digests of the files, or the revision of the hub's data set."""
        from xlalign.evaluation.data import source

        return source.pins(self._data(settings).parts())

    def run(self, job: Job) -> None:
        """Store every example that is read."""
        from xlalign.evaluation.data import source

        source.store(self._data(job.settings, job.space.out).parts(), job.space.out)

    def _data(self, settings: TaskData, stored: Path | None = None) -> TrainingData | TestData:
        from xlalign.evaluation.data.sets import TestData, TrainingData

        if settings.training:
            return TrainingData(settings.training, stored)
        assert settings.tested
        return TestData(settings.tested, stored)


class FineTuneStage:
    """One fine-tuning of an evaluation: the model that one or several cells test."""

    def pins(self, settings: Tuning) -> dict[str, str]:
        """The digests of lexicons for code-switching."""
        lexicons = settings.data.mixing.lexicons if settings.data.mixing else {}
        return {f"lexicon.{lang}": self._digest(path) for lang, path in lexicons.items()}

    def _digest(self, path: str) -> str:
        if not Path(path).is_file():
            raise DataError(f"no lexicon {path}", "wanted a TSV file with an English word and its translation a line")
        return digest_file(Path(path))

    def run(self, job: Job) -> None:
        """Fine-tune on English, or take over the trial that already did."""
        from xlalign.evaluation.tuned import tune

        trials = [path for role, path in sorted(job.inputs.items()) if role.startswith(TRIAL)]
        data, space = job.inputs["data"], job.space
        tuned = tune(job.settings, str(job.model("model")), space.scratch, space.out, trials=trials, stored=data)
        space.info["dev"] = round(tuned.dev, 4)
        space.info["regime"] = tuned.regime.label


class CellStage:
    """One cell: test a fine-tuned model (or compare sentence vectors) in every language."""

    def pins(self, settings: GridCell) -> dict[str, str]:
        """Everything comes from the model, the data and the fine-tuning."""
        return {}

    def run(self, job: Job) -> None:
        """Test in every language."""
        from xlalign.evaluation.cells import run_cell

        model, stored, tuned = str(job.model("model")), job.inputs["data"], job.inputs.get("tuned")
        result = run_cell(job.settings, model, job.space.scratch, tuned=tuned, stored=stored)
        text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False)
        (job.space.out / RESULT).write_text(text + "\n", encoding="utf-8")
        job.space.info["headline"] = {lang: entry.headline for lang, entry in result.languages.items()}


TASK_DATA, FINE_TUNE, TEST = TaskDataStage(), FineTuneStage(), CellStage()


def read(data: Path) -> CellResult:
    """The result of a cell from its artifact's data folder."""
    from xlalign.evaluation.results import CellResult

    return CellResult.model_validate_json((data / RESULT).read_bytes())
