"""One cell of the grid: task x model x seed. Its result depends on nothing but the arguments."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from xlalign import progress
from xlalign.config import identity
from xlalign.evaluation.data.splits import CellData, digest
from xlalign.evaluation.gold import gold_answers
from xlalign.evaluation.regime import best_trial
from xlalign.evaluation.settings import CellSettings, EvalSettings, Regime
from xlalign.evaluation.tasks.base import Example, Task


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
        seconds: time taken.
    """

    task: str
    seed: int
    dev: float | None
    settings: dict[str, Any]
    setup: dict[str, Any]
    languages: dict[str, LanguageResult]
    curve: dict[str, float] = {}
    seconds: float = 0.0


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

    def save(self, folder: Path) -> None:
        """Keep what was trained, if anything was."""


def run_cell(
    cell: CellSettings,
    model: str | Path,
    work: Path,
    *,
    trials: Sequence[CellResult] = (),
    stored: Path | None = None,
    keep: Path | None = None,
) -> CellResult:
    """Compute a cell: fine-tune on English if the task needs it, then answer in every language.

    Args:
        cell: task, data, options, seed; without a regime the best of its grid on English dev is taken.
        model: folder or hub id of the model.
        work: a folder of this cell's own; what a stopped run left there is used.
        trials: results of the same model with each regime of the grid; without them the trials are run here.
        stored: folder with examples that `CellData.store` wrote.
        keep: folder for the fine-tuned weights; nothing is kept without one, nor when a trial is taken over.
    """
    chosen = _best(trials) if cell.regime is None else None
    if chosen is not None and (chosen.seed, chosen.settings["steps"]) == (cell.seed, cell.steps):
        return _with_trials(chosen, trials)
    started = time.monotonic()
    regime = Regime.model_validate(chosen.settings["regime"]) if chosen else cell.regime
    data = CellData(cell, stored)
    solver = _solver(cell.model_copy(update={"regime": regime}), data, model, work)
    if keep:
        solver.save(keep)
    result = CellResult(
        task=cell.task,
        seed=cell.seed,
        dev=solver.dev,
        settings=identity(cell),
        setup=solver.setup,
        languages=_test(cell, data, solver, work / "tested"),
        curve=solver.curve,
        seconds=time.monotonic() - started,
    )
    return _with_trials(result, trials)


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


def _best(trials: Sequence[CellResult]) -> CellResult | None:
    scored = [(Regime.model_validate(trial.settings["regime"]), trial.dev or 0.0) for trial in trials]
    return trials[best_trial(scored)] if trials else None


def _with_trials(result: CellResult, trials: Sequence[CellResult]) -> CellResult:
    scores = {trial.setup["regime"]: trial.dev for trial in trials}
    return result.model_copy(update={"setup": {**result.setup, "trials": scores}}) if scores else result


def _solver(cell: CellSettings, data: CellData, model: str | Path, work: Path) -> Solver:
    if data.task.tuned:
        from xlalign.evaluation.finetune import FineTuned

        return FineTuned(cell, data, model, work)
    from xlalign.evaluation.compare import Compared

    return Compared(cell, data, model)


def _test(cell: CellSettings, data: CellData, solver: Solver, folder: Path) -> dict[str, LanguageResult]:
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
