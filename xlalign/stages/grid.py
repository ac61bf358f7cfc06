"""The evaluation grid as nodes: the data, the fine-tunings with the trials that choose how, and the cells.

A node's settings hold what concerns it and nothing else: another task, model, seed or language never makes a finished
fine-tuning run again, tasks that train on the same data share one, and the trial of the chosen regime is also the
fine-tuning of its seed when it was a full run.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from xlalign.artifacts.digest import canonical
from xlalign.config import Settings, identity
from xlalign.evaluation.cell import Cell, TestSet, TrainingSet, Tuning
from xlalign.evaluation.settings import EvalSettings
from xlalign.stages.base import Kind, Node

DATA = Kind("task-data", 3, "xlalign.stages.task_data")
TUNE = Kind("fine-tune", 2, "xlalign.stages.fine_tune")
CELL = Kind("cell", 4, "xlalign.stages.cell")
TRIAL = "trial"


class TaskData(Settings):
    """Examples that train, or that are tested on."""

    training: TrainingSet | None = Field(None, description="examples of a fine-tuning")
    tested: TestSet | None = Field(None, description="examples of a cell")


class TunedModel(Settings):
    """A fine-tuning and the model it starts from."""

    tuning: Tuning = Field(description="data, options, seed")
    model: str = Field("stage", description="folder or hub id, where the model comes from no stage")


class TestedCell(Settings):
    """A cell and the model it is computed for."""

    cell: Cell = Field(description="task, data, seed, fine-tuning")
    model: str = Field("stage", description="folder or hub id, where the model comes from no stage")


def grid(evaluation: str, settings: EvalSettings, models: dict[str, bool]) -> Iterator[Node]:
    """The nodes of an evaluation but the one that brings the cells together.

    Args:
        evaluation: name of the eval stage, which groups the nodes.
        settings: its table.
        models: name -> whether it is a pretrain stage (else a folder or hub id).
    """
    yield from _Grid(evaluation, settings, models).nodes()


def cell_name(evaluation: str, task: str, model: str, seed: int) -> str:
    """The name of a cell's node."""
    return f"{evaluation}.{task}.{model}.{seed}"


def data_name(evaluation: str, task: str) -> str:
    """The name of the node with a task's test data."""
    return f"{evaluation}.{task}.data"


class _Grid:
    """The nodes by name, each identity once."""

    def __init__(self, evaluation: str, settings: EvalSettings, models: dict[str, bool]) -> None:
        self._evaluation, self._settings, self._models = evaluation, settings, models
        self._found: dict[str, Node] = {}
        self._names: dict[str, str] = {}

    def nodes(self) -> Iterator[Node]:
        for model in self._models:
            for cell in self._settings.cells():
                self._cell(cell, model)
        yield from self._found.values()

    def _cell(self, cell: Cell, model: str) -> None:
        inputs = {"data": self._add("data", cell.task, DATA, TaskData(tested=cell.test))}
        if cell.tuning:
            inputs["tuned"] = self._tuning(cell.task, cell.tuning, model)
        name = cell_name(self._evaluation, cell.task, model, cell.seed)
        settings = TestedCell(cell=cell, model=self._start(model))
        self._found[name] = Node(name, CELL, settings, inputs | self._model(model), self._evaluation)

    def _tuning(self, task: str, tuning: Tuning, model: str) -> str:
        """The node of a fine-tuning, with its trials where the grid has several regimes."""
        data = self._add("english", task, DATA, TaskData(training=tuning.data))
        inputs = {"data": data, **self._model(model)}
        trials = {}
        for number, trial in enumerate(tuning.trials()):
            settings = TunedModel(tuning=trial, model=self._start(model))
            trials[f"{TRIAL}{number}"] = self._add(f"{model}.{TRIAL}{number}", task, TUNE, settings, inputs)
        settings = TunedModel(tuning=tuning, model=self._start(model))
        return self._add(f"{model}.tuned.{tuning.seed}", task, TUNE, settings, inputs | trials)

    def _add(self, label: str, task: str, kind: Kind, settings: Settings, inputs: dict[str, str] | None = None) -> str:
        """The name of the node with these settings and inputs, made when there is none."""
        wanted = canonical([kind.name, identity(settings), inputs or {}])
        if wanted not in self._names:
            name = self._names[wanted] = f"{self._evaluation}.{task}.{label}"
            self._found[name] = Node(name, kind, settings, inputs or {}, self._evaluation)
        return self._names[wanted]

    def _model(self, model: str) -> dict[str, str]:
        return {"model": model} if self._models[model] else {}

    def _start(self, model: str) -> str:
        return "stage" if self._models[model] else model
