"""The part of results.json that tables and plots are made of."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from xlalign.evaluation.significance import Difference

TASK_NAMES = {
    "xnli": "XNLI",
    "pawsx": "PAWS-X",
    "udpos": "POS",
    "panx": "PAN-X",
    "xquad": "XQuAD",
    "mlqa": "MLQA",
    "tydiqa": "TyDi QA",
    "bucc": "BUCC",
    "tatoeba": "Tatoeba",
}
SOURCE = "en"
"""The language of the fine-tuning data."""


class _Read(BaseModel):
    """A record written by the evaluation; it may say more than reports need."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Score(_Read):
    """A score in percent: one value per seed, their mean and standard deviation, p against the baseline."""

    mean: float | None
    sd: float | None = None
    scores: tuple[float, ...] = ()
    p: float | None = None

    @property
    def detail(self) -> str:
        """The values of the seeds, for the reader who asks where the mean comes from."""
        values = ", ".join(f"{value:.2f}" for value in self.scores)
        p = f"; p = {self.p:.3f}" if self.p is not None else ""
        return f"per seed: {values}{p}" if values else ""


class ModelScores(_Read):
    """One model on one task.

    Args:
        languages: by language.
        others: the mean over the languages other than English.
        gap: English minus `others`; None where English was not tested.
        dev: English dev score of each seed.
        setup: how each seed was fine-tuned (`regime`, `trials`, `steps`) or compared (`point`, `score`).
        curve: score on held-out pairs by `layer=...,pool=...`.
        metrics: every metric by name and language, mean over seeds.
        differences: to the baseline, by language, others and average.
        data: digest of the test examples by language.
        notes: what a reader should know about the data.
        settings: the settings of the cells.
    """

    languages: dict[str, Score]
    others: Score
    average: Score = Score(mean=None)
    gap: Score | None = None
    dev: tuple[float, ...] = ()
    setup: tuple[dict[str, Any], ...] = ()
    curve: dict[str, float] = Field(default_factory=dict)
    metrics: dict[str, dict[str, float]] = Field(default_factory=dict)
    differences: dict[str, Difference] = Field(default_factory=dict)
    data: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)

    def score(self, column: str) -> Score | None:
        """The score in a column of a task's table: a language, others, average or gap."""
        return self.languages.get(column) or {"others": self.others, "average": self.average, "gap": self.gap}.get(
            column
        )


class TaskScores(_Read):
    """One task: what the number is, how the models were trained for it (`setting`), and the scores of each model."""

    metric: str = ""
    group: str = ""
    setting: str = ""
    models: dict[str, ModelScores]

    def languages(self) -> list[str]:
        """Every language that some model was tested in, in order of appearance."""
        return list(dict.fromkeys(lang for model in self.models.values() for lang in model.languages))

    def targets(self) -> list[str]:
        """The languages other than English."""
        return [lang for lang in self.languages() if lang != SOURCE]

    @property
    def tuned(self) -> bool:
        """Whether models were fine-tuned for the task; otherwise there is nothing random in it."""
        return all("point" not in setup for model in self.models.values() for setup in model.setup)

    def seeds(self) -> int:
        """The number of seeds behind a mean."""
        return max((len(s.scores) for model in self.models.values() for s in model.languages.values()), default=0)


class Origin(_Read):
    """Where a model comes from: key and content digest of its artifact, what it was trained by."""

    key: str
    content: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Results(_Read):
    """All tasks of an evaluation; `baseline` is the model that the others are compared with.

    `origins` are the models' artifacts, `command` is what makes the report: both are added by the report stage.
    """

    tasks: dict[str, TaskScores]
    baseline: str = ""
    benchmark: dict[str, float] = Field(default_factory=dict)
    signature: tuple[str, ...] = ()
    origins: dict[str, Origin] = Field(default_factory=dict)
    command: str = ""

    @property
    def primary(self) -> str:
        """The task that a summary is about: XNLI where it was tested, else the first."""
        return "xnli" if "xnli" in self.tasks else next(iter(self.tasks), "")


def task_name(task: str) -> str:
    """A task as papers call it."""
    return TASK_NAMES.get(task, task)


def metric_name(metric: str) -> str:
    """A metric as tables head it, with its unit."""
    return f"{metric.replace('f1', 'F1')} (%)" if metric else "%"


def of(scores: Sequence[float]) -> Score:
    """Mean and sample standard deviation of the seeds' scores."""
    if not scores:
        return Score(mean=None)
    return Score(mean=fmean(scores), sd=stdev(scores) if len(scores) > 1 else None, scores=tuple(scores))


def minus(score: Score, reference: Score) -> Score | None:
    """The difference, seed by seed where the seeds are paired; None where one of them is missing."""
    if score.mean is None or reference.mean is None:
        return None
    if not score.scores or len(score.scores) != len(reference.scores):
        return Score(mean=score.mean - reference.mean)
    return of([ours - theirs for ours, theirs in zip(score.scores, reference.scores, strict=True)])
