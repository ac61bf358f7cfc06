"""The evaluation grid as nodes: the data of each task, the trials that choose how to fine-tune, and the cells.

A cell's settings hold what concerns it and nothing else, so another task, model or seed never makes a finished
cell run again. The trial of the chosen regime is also the cell of its seed when it was a full run.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from xlalign.config import Settings
from xlalign.evaluation.settings import CellSettings, EvalSettings
from xlalign.stages.base import Kind, Node

DATA = Kind("task-data", 1, "xlalign.stages.task_data")
CELL = Kind("cell", 2, "xlalign.stages.cell", volatile=("times.json",))
TRIAL = "trial"


class TestedCell(Settings):
    """A cell and the model it is computed for."""

    cell: CellSettings = Field(description="task, data, seed, fine-tuning")
    model: str = Field("stage", description="folder or hub id, where the model comes from no stage")


def grid(evaluation: str, settings: EvalSettings, models: dict[str, bool]) -> Iterator[Node]:
    """The nodes of an evaluation but the one that brings the cells together.

    Args:
        evaluation: name of the eval stage, which groups the cells.
        settings: its table.
        models: name -> whether it is a pretrain stage (else a folder or hub id).
    """
    for cell in {cell.task: cell for cell in settings.cells()}.values():
        yield Node(data_name(evaluation, cell.task), DATA, _data_settings(cell), {}, evaluation)
    for model, is_stage in models.items():
        trials = [_node(evaluation, model, cell, f"{TRIAL}{i}", is_stage) for i, cell in enumerate(settings.trials())]
        yield from trials
        for cell in settings.cells():
            chosen = {node.name.rpartition(".")[2]: node.name for node in trials if _task(node) == cell.task}
            yield _node(evaluation, model, cell, str(cell.seed), is_stage, chosen if cell.options else {})


def cell_name(evaluation: str, task: str, model: str, label: str) -> str:
    """The name of a cell's node."""
    return f"{evaluation}.{task}.{model}.{label}"


def _node(
    evaluation: str, model: str, cell: CellSettings, label: str, is_stage: bool, trials: dict[str, str] | None = None
) -> Node:
    inputs = {"data": data_name(evaluation, cell.task), **({"model": model} if is_stage else {}), **(trials or {})}
    settings = TestedCell(cell=cell, model="stage" if is_stage else model)
    return Node(cell_name(evaluation, cell.task, model, label), CELL, settings, inputs, evaluation)


def _task(node: Node) -> str:
    return node.settings.cell.task  # type: ignore[attr-defined]


def data_name(evaluation: str, task: str) -> str:
    """The name of the node with a task's data."""
    return f"{evaluation}.{task}.data"


def _data_settings(cell: CellSettings) -> CellSettings:
    """What of a cell decides which examples it reads."""
    neutral = CellSettings(task=cell.task)
    kept = {"seed", "regime", "steps", "options", "retrieval", "rule"}
    return cell.model_copy(update={name: getattr(neutral, name) for name in kept})
