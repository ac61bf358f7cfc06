"""One cell of the grid: task x model x seed. A cell depends on nothing but its arguments."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from xlalign import progress
from xlalign.evaluation.data import load
from xlalign.evaluation.gold import gold_answers
from xlalign.evaluation.settings import EvalSettings, Regime
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.base import Example, Task

TUNED = ("classification", "tagging", "qa")
"""Kinds of task that are fine-tuned; the others compare sentence vectors."""


class Cell(BaseModel):
    """What is to be computed. A cell without a regime chooses one itself, by trial runs in its work folder."""

    model_config = ConfigDict(frozen=True)

    task: str
    model: str
    seed: int = 0
    regime: Regime | None = None
    steps: int = 0

    @property
    def label(self) -> str:
        """A name for progress and error messages."""
        parts = [
            self.task,
            self.model,
            f"seed {self.seed}" if self.seed else "",
            self.regime.label if self.regime else "",
        ]
        return " ".join(part for part in parts if part)


class LanguageResult(BaseModel):
    """One language of a cell.

    Attributes:
        scores: every metric, in percent.
        headline: the task's score, in percent.
        predictions: answers in the submission form.
        items: what each item contributes to the headline (`Task.items`), for significance tests.
        data: digest of the test examples.
    """

    scores: dict[str, float]
    headline: float
    predictions: Any
    items: list[list[float]]
    data: str


class CellResult(BaseModel):
    """What came out of a cell.

    Attributes:
        cell: what was computed, with the regime that was used.
        dev: the score on English dev by which the checkpoint (and the regime) was chosen; None without fine-tuning.
        setup: how: regime or layer and pooling, steps, best step, data, digests, trial scores of the grid.
        languages: by language.
        curve: score on held-out pairs by layer and pooling (retrieval).
        seconds: time taken.
    """

    cell: Cell
    dev: float | None = None
    setup: dict[str, Any] = {}
    languages: dict[str, LanguageResult]
    curve: dict[str, float] = {}
    seconds: float = 0.0


class Solver(Protocol):
    """A model made ready for a task.

    Attributes:
        cell: what was asked, completed by the regime that was chosen.
        dev: the English dev score of the chosen checkpoint, if there was any choice.
        setup: how answers come about, for signatures.
        curve: score on held-out pairs by layer and pooling.
    """

    cell: Cell
    dev: float | None
    setup: dict[str, Any]
    curve: dict[str, float]

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form, and scores that are by-products of answering."""


def run_cell(cell: Cell, model: str | Path, settings: EvalSettings, work: Path) -> CellResult:
    """Compute a cell.

    Args:
        cell: task, model name, seed, regime.
        model: folder or hub id of the model.
        settings: the evaluation.
        work: a folder of this cell's own; what a stopped run left there is used.
    """
    started = time.monotonic()
    task = TASKS.get(cell.task)
    solver = _solver(cell, task, model, settings, work)
    languages = _test(task, settings, solver, work / "tested")
    return CellResult(
        cell=solver.cell,
        dev=solver.dev,
        setup={**_data_setup(task, settings), **solver.setup},
        languages=languages,
        curve=solver.curve,
        seconds=time.monotonic() - started,
    )


def finetune_and_test(
    model: str | Path, task: str, settings: EvalSettings, seed: int, work: Path, regime: Regime | None = None
) -> CellResult:
    """Fine-tune a model on English and test it in every language.

    Args:
        model: folder or hub id.
        task: name of a task.
        settings: the evaluation.
        seed: seed of the output layer, the order of examples and dropout.
        work: a folder of this call's own.
        regime: what is frozen, learning rate, pooling; None = the best of the grid on English dev.
    """
    return run_cell(Cell(task=task, model=str(model), seed=seed, regime=regime), model, settings, work)


def _solver(cell: Cell, task: Task, model: str | Path, settings: EvalSettings, work: Path) -> Solver:
    if task.kind in TUNED:
        from xlalign.evaluation.finetune import FineTuned

        return FineTuned(cell, task, model, settings, work)
    from xlalign.evaluation.compare import Compared

    return Compared(cell, task, model, settings)


def _test(task: Task, settings: EvalSettings, solver: Solver, folder: Path) -> dict[str, LanguageResult]:
    """Test language by language; a language that a stopped run finished is read back."""
    split = load.tested_split(task, settings)
    source = settings.source(task.name)
    langs = load.languages(task, source, split, settings.languages)
    folder.mkdir(parents=True, exist_ok=True)
    results = {}
    for lang in progress.track(langs, f"test {solver.cell.label}", len(langs), "languages"):
        file = folder / f"{lang}.json"
        if not file.exists():
            examples = load.tested(task, settings, lang)
            _write(file, _score(task, settings, solver, examples, lang).model_dump_json())
        results[lang] = LanguageResult.model_validate_json(file.read_bytes())
    return results


def _score(task: Task, settings: EvalSettings, solver: Solver, examples: list[Example], lang: str) -> LanguageResult:
    predictions, extra = solver.answer(examples, lang)
    gold = gold_answers(task, examples)
    scores = task.score(gold, predictions, lang, settings.pos_rule)
    return LanguageResult(
        scores={**scores, **extra},
        headline=task.headline(scores),
        predictions=predictions,
        items=task.items(gold, predictions, lang, settings.pos_rule).tolist(),
        data=load.digest(examples),
    )


def _write(path: Path, text: str) -> None:
    """Write a file that is either there in full or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _data_setup(task: Task, settings: EvalSettings) -> dict[str, Any]:
    source = settings.source(task.name)
    facts = {
        "data": source,
        "revision": task.hub.revision if task.hub and source.startswith("hub:") else "",
        "split": load.tested_split(task, settings),
        "train_from": settings.train_from.get(task.name, ""),
        "rule": settings.pos_rule if task.kind == "tagging" else "",
    }
    return {name: value for name, value in facts.items() if value}
