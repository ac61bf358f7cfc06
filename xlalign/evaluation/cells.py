"""One cell of the grid: task x model x seed. Its result depends on nothing but the arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from xlalign import progress
from xlalign.config import identity
from xlalign.evaluation.cell_settings import CellSettings, Regime
from xlalign.evaluation.data.parts import digest
from xlalign.evaluation.data.tested import TestedData
from xlalign.evaluation.gold import gold_answers
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks.base import Example, Task
from xlalign.evaluation.tuned import RECORD, read, tune


class LanguageResult(BaseModel):
    """One language of a cell.

    Attributes:
        scores: every metric, in percent.
        headline: the task's score, in percent.
        predictions: answers in the submission form.
        items: what each item contributes to the headline (`Task.items`), for significance tests.
        keys: names of the items where two models may have different ones; empty where the order names them.
        data: digest of the test examples.
        notes: what a reader should know about the data.
    """

    scores: dict[str, float]
    headline: float
    predictions: Any
    items: list[list[float]]
    keys: list[str] = []
    data: str
    notes: list[str] = []


class CellResult(BaseModel):
    """What came out of a cell.

    Attributes:
        task: name of the task.
        seed: the fine-tuning seed, 0 without fine-tuning.
        dev: the score on English dev by which the checkpoint (and the regime) was chosen; None without fine-tuning.
        settings: the cell's settings, as they identify it.
        setup: what was chosen and on what: regime or layer and pooling, steps, digests of the data, trial scores.
        languages: by language.
        curve: score on held-out pairs by layer and pooling (retrieval).
    """

    task: str
    seed: int
    dev: float | None
    settings: dict[str, Any]
    setup: dict[str, Any]
    languages: dict[str, LanguageResult]
    curve: dict[str, float] = {}


class Solver(Protocol):
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


class _FineTuned:
    """A fine-tuned model that answers."""

    def __init__(self, cell: CellSettings, task: Task, model: str | Path, folder: Path) -> None:
        from xlalign.evaluation.finetune import FineTuner

        tuned = read(folder)
        self._tuner = FineTuner(model, task, cell.tuning(), tuned.regime)
        self._tuner.restore(folder)
        self.dev: float | None = tuned.dev
        self.setup, self.curve = tuned.setup, dict[str, float]()

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form."""
        return self._tuner.answers(examples), {}


def run_cell(
    cell: CellSettings, model: str | Path, work: Path, *, tuned: Path | None = None, stored: Path | None = None
) -> CellResult:
    """Compute a cell: answer in every language, with a fine-tuned model if the task needs one.

    Args:
        cell: task, data, options, seed.
        model: folder or hub id of the model.
        work: a folder of this cell's own; what a stopped run left there is used.
        tuned: folder that `tune` wrote for this cell; without one the model is fine-tuned here, into `work/tuned`.
        stored: folder with examples stored before.
    """
    data = TestedData(cell, stored)
    if data.task.tuned and tuned is None:
        tuned = work / "tuned"
        if not (tuned / RECORD).is_file():
            tune(cell.tuning(), model, work / "training", tuned, stored=stored)
    solver = _solver(cell, data, model, tuned)
    return CellResult(
        task=cell.task,
        seed=cell.seed,
        dev=solver.dev,
        settings=identity(cell),
        setup=solver.setup,
        languages=_test(cell, data, solver, work / "tested"),
        curve=solver.curve,
    )


def finetune_and_test(
    model: str | Path, task: str, settings: EvalSettings, seed: int, work: Path, regime: Regime | None = None
) -> CellResult:
    """Compute one cell on its own.

    Args:
        model: folder or hub id.
        task: name of a task.
        settings: the evaluation.
        seed: seed of the output layer, the order of examples and dropout.
        work: a folder of this call's own.
        regime: what is frozen, learning rate, pooling; None = the best of the grid on English dev.
    """
    (cell,) = settings.model_copy(update={"tasks": (task,), "seeds": (seed,)}).cells()
    return run_cell(cell.model_copy(update={"regime": regime}), model, work)


def _solver(cell: CellSettings, data: TestedData, model: str | Path, tuned: Path | None) -> Solver:
    if tuned:
        return _FineTuned(cell, data.task, model, tuned)
    from xlalign.evaluation.compare import Compared

    return Compared(cell, data, model)


def _test(cell: CellSettings, data: TestedData, solver: Solver, folder: Path) -> dict[str, LanguageResult]:
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


def _score(cell: CellSettings, task: Task, solver: Solver, examples: list[Example], lang: str) -> LanguageResult:
    predictions, extra = solver.answer(examples, lang)
    gold = gold_answers(task, examples)
    scores = task.score(gold, predictions, lang, cell.rule)
    return LanguageResult(
        scores={**scores, **extra},
        headline=task.headline(scores),
        predictions=predictions,
        items=task.items(gold, predictions, lang, cell.rule).tolist(),
        keys=task.scorer.keys(gold, predictions) if task.scorer.keys else [],
        data=digest(examples),
    )


def _write(path: Path, text: str) -> None:
    """Write a file that is either there in full or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
