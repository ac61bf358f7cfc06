"""One cell of the grid: task x model x seed. Its result depends on nothing but the arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from xlalign import progress
from xlalign.config import identity
from xlalign.evaluation.cell import GridCell, Tuning
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.data.source import examples_digest
from xlalign.evaluation.kinds.base import Example
from xlalign.evaluation.results import CellResult, LanguageResult
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tuned import RECORD, read, tune


class TaskSolver(Protocol):
    """A model made ready for a task.

    Attributes:
        dev: the English dev score of the chosen checkpoint, if there was any choice.
        setup: how answers come about.
        curve: score on held-out pairs by layer and pooling.
    """

    dev: float | None
    setup: dict[str, Any]
    curve: dict[str, float]

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form, and scores that are by-products of answering."""


class FineTuned:
    """A fine-tuned model that answers.

    Args:
        tuning: the fine-tuning.
        task: the task that is tested.
        model: folder or hub id of the model that was fine-tuned.
        folder: what `tune` wrote.
    """

    def __init__(self, tuning: Tuning, task: Task, model: str | Path, folder: Path) -> None:
        from xlalign.evaluation.finetune import FineTuner

        tuned = read(folder)
        self._tuner = FineTuner(model, task, tuning, tuned.regime)
        self._tuner.restore(folder)
        self.dev: float | None = tuned.dev
        self.setup, self.curve = tuned.setup, dict[str, float]()

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form."""
        return self._tuner.answers(examples), {}


def run_cell(
    cell: GridCell, model: str | Path, work: Path, *, tuned: Path | None = None, stored: Path | None = None
) -> CellResult:
    """Compute a cell: answer in every language, with a fine-tuned model if the task needs one.

    Args:
        cell: task, data, options, seed.
        model: folder or hub id of the model.
        work: a folder of this cell's own; what a stopped run left there is used.
        tuned: folder that `tune` wrote for this cell; without one the model is fine-tuned here, into `work/tuned`.
        stored: folder with examples stored before.
    """
    data = TestData(cell.test, stored)
    solver = _solver(cell, data, model, tuned or work / "tuned", work / "training")
    return CellResult(
        task=cell.task,
        seed=cell.seed,
        dev=solver.dev,
        settings=identity(cell),
        setup=solver.setup,
        languages=_test(cell, data, solver, work / "tested"),
        curve=solver.curve,
    )


def _solver(cell: GridCell, data: TestData, model: str | Path, tuned: Path, work: Path) -> TaskSolver:
    """A fine-tuned model (tuned here where it is not there yet), or one whose vectors are compared."""
    if cell.tuning is None:
        from xlalign.evaluation.compare import Compared

        return Compared(cell, data, model)
    if not (tuned / RECORD).is_file():
        tune(cell.tuning, model, work, tuned)
    return FineTuned(cell.tuning, data.task, model, tuned)


def _test(cell: GridCell, data: TestData, solver: TaskSolver, folder: Path) -> dict[str, LanguageResult]:
    """Test language by language; a language that a stopped run finished is read back."""
    langs = data.languages()
    folder.mkdir(parents=True, exist_ok=True)
    results = {}
    for lang in progress.track(langs, f"test {cell.label}", len(langs), "languages"):
        file = folder / f"{lang}.json"
        if not file.exists():
            examples = data.tested(lang)
            result = _score(cell, data.task, solver, examples, lang)
            _write(file, result.model_copy(update={"notes": data.notes(lang, len(examples))}).model_dump_json())
        results[lang] = LanguageResult.model_validate_json(file.read_bytes())
    return results


def _score(cell: GridCell, task: Task, solver: TaskSolver, examples: list[Example], lang: str) -> LanguageResult:
    predictions, extra = solver.answer(examples, lang)
    gold = task.handler.gold(examples)
    scores = task.score(gold, predictions, lang, cell.rule)
    return LanguageResult(
        scores={**scores, **extra},
        headline=task.headline(scores),
        predictions=predictions,
        items=task.items(gold, predictions, lang, cell.rule).tolist(),
        keys=task.metrics.keys(gold, predictions) if task.metrics.keys else [],
        data=examples_digest(task, examples),
    )


def _write(path: Path, text: str) -> None:
    """Write a file that is either there in full or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
