"""The evaluation grid as nodes: the data, the fine-tunings with the trials that choose how, and the cells.

A node's settings hold what concerns it and nothing else: another task, model, seed or language never makes a finished
fine-tuning run again, tasks that train on the same data share one, and the trial of the chosen regime is also the
fine-tuning of its seed when it was a full run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import Field

from xlalign.artifacts.digest import canonical
from xlalign.config import Settings, identity
from xlalign.errors import UserError
from xlalign.evaluation.cell import GridCell, TestSet, TrainingSet, Tuning
from xlalign.evaluation.settings import EvalSettings
from xlalign.modeling.reference import Reference, parse
from xlalign.stages.base import Kind, Node, Stages, model_stages
from xlalign.stages.checks import configuration

DATA = Kind("task-data", 3, "xlalign.stages.task_data")
TUNE = Kind("fine-tune", 2, "xlalign.stages.fine_tune")
CELL = Kind("cell", 4, "xlalign.stages.cell", shown=("result.json",))
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
    known = [configuration(parse(model, model_stages(stages)), stages) for model in models]
    widths = [int(config.get("hidden_size") or config.get("d_model") or 0) for config in known]
    return settings.model_copy(update={"models": models}).fitted(widths)


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
        wanted = canonical([kind.name, identity(settings), inputs or {}, model])
        if wanted not in self._names:
            name = self._names[wanted] = f"{self._evaluation}.{task}.{label}"
            node = Node(name, kind, settings, inputs or {}, self._evaluation)
            self._found[name] = node.reading("model", self._models[model]) if model else node
        return self._names[wanted]
