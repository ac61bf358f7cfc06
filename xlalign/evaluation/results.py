"""The records of an evaluation: what a cell came to (result.json) and all of them together (results.json).

One schema for who writes, stores, reads and shows them.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from xlalign.evaluation.significance import Difference


class Record(BaseModel):
    """Something that was written by an evaluation; a later version may have written more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class LanguageResult(Record):
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


class CellResult(Record):
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


class SeedScore(Record):
    """A score in percent: mean and sample deviation over seeds, the seeds' scores, p against the baseline."""

    mean: float
    sd: float | None = None
    scores: tuple[float, ...] = ()
    p: float | None = None


class ModelResult(Record):
    """One model on one task.

    Attributes:
        languages: headline by language.
        metrics: every metric by name and language, mean over seeds.
        others: mean over all languages but English; `average`: over all of them.
        gap: English minus `others`, in points; None where English was not tested.
        differences: to the baseline, by language and for "others" and "average".
        dev: English dev score of each seed.
        setup: how the cells came about, one entry per seed.
        curve: score on held-out pairs by layer and pooling (retrieval).
        data: digest of the test examples by language.
        notes: what a reader should know about the data.
        settings: what the cells have in common: source (`data`), `split`, ... of the test, `tuning`, `retrieval`.
    """

    languages: dict[str, SeedScore]
    metrics: dict[str, dict[str, float]] = {}
    others: SeedScore
    average: SeedScore
    gap: SeedScore | None = None
    differences: dict[str, Difference] = {}
    dev: tuple[float, ...] = ()
    setup: tuple[dict[str, Any], ...] = ()
    curve: dict[str, float] = {}
    data: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}


class TaskResult(Record):
    """One task, and the scores of each model.

    Attributes:
        title: the task's name in tables.
        metric: the headline's name.
        kind, group: of the task.
        tuned: models were fine-tuned for it; otherwise there is nothing random in it.
        license, citation: of the data.
        setting: how models were trained for it: zero-shot, probe, ...
    """

    title: str = ""
    metric: str
    kind: str
    group: str
    tuned: bool = True
    license: str
    citation: str
    setting: str = ""
    models: dict[str, ModelResult]


class EvaluationResults(Record):
    """All tasks of an evaluation.

    Attributes:
        tasks: by name, in the order they were asked for.
        baseline: the model that the others are compared with.
        seeds: of fine-tuning.
        primary: the task that a summary is about.
        benchmark: each model's mean over the nine tasks; empty unless all were tested.
        signature: one line a task that pins its numbers.
    """

    tasks: dict[str, TaskResult]
    baseline: str
    seeds: tuple[int, ...]
    primary: str = ""
    benchmark: dict[str, float] = {}
    signature: tuple[str, ...] = ()
