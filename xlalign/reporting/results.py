"""results.json as reports read it: the evaluation's own model, and what a page asks of it.

The schema is `xlalign.evaluation.results`; this file adds where the models come from and how they are called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from statistics import fmean, stdev
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from xlalign.evaluation.results import EvaluationResults, ModelResult, SeedScore, TaskResult
from xlalign.evaluation.tasks.languages import ENGLISH

T = TypeVar("T")

GROUPED_OUT = "extension"
"""The group of the tasks that the benchmark does not average."""


class Origin(BaseModel):
    """Where a model comes from: key and content digest of its artifact, what it was trained by."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    content: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Evaluated(EvaluationResults):
    """The content of results.json, with the models' artifacts and what makes the report again.

    Args:
        origins: model -> its artifact.
        command: what makes the report.
        names: model as shown -> as results.json has it, where it is shown by a shorter name.
    """

    origins: dict[str, Origin] = Field(default_factory=dict)
    command: str = ""
    names: dict[str, str] = Field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """Every model, in order of appearance."""
        return list(dict.fromkeys(model for task in self.tasks.values() for model in task.models))


# Tasks and their scores


def languages_of(task: TaskResult) -> list[str]:
    """Every language that some model was tested in, in order of appearance."""
    return list(dict.fromkeys(lang for model in task.models.values() for lang in model.languages))


def targets(task: TaskResult) -> list[str]:
    """The languages other than English."""
    return [lang for lang in languages_of(task) if lang != ENGLISH]


def seed_count(task: TaskResult) -> int:
    """The number of seeds behind a mean."""
    return max((len(s.scores) for model in task.models.values() for s in model.languages.values()), default=0)


def score_of(scores: ModelResult, column: str) -> SeedScore | None:
    """The score in a column of a task's table: a language, others, average or gap."""
    means = {"others": scores.others, "average": scores.average, "gap": scores.gap}
    return scores.languages.get(column) or means.get(column)


def per_seed(score: SeedScore) -> str:
    """The values of the seeds, for the reader who asks where the mean comes from."""
    values = ", ".join(f"{value:.2f}" for value in score.scores)
    p = f"; p = {score.p:.3f}" if score.p is not None else ""
    return f"per seed: {values}{p}" if values else ""


def of(scores: Sequence[float]) -> SeedScore | None:
    """Mean and sample standard deviation of the seeds' scores; None where there is no seed."""
    if not scores:
        return None
    return SeedScore(mean=fmean(scores), sd=stdev(scores) if len(scores) > 1 else None, scores=tuple(scores))


def minus(score: SeedScore | None, reference: SeedScore | None) -> SeedScore | None:
    """The difference, seed by seed where the seeds are paired; None where one of them is missing."""
    if score is None or reference is None:
        return None
    # Seed 1 against seed 1: what a seed does to both falls out of the difference, and its deviation is the gain's own.
    if not score.scores or len(score.scores) != len(reference.scores):
        return SeedScore(mean=score.mean - reference.mean)
    return of([ours - theirs for ours, theirs in zip(score.scores, reference.scores, strict=True)])


# Names

_MEANINGS = {
    "accuracy": "English to foreign",
    "to_english": "the other way",
    "hubness": "skewness of 4-occurrences",
    "chrf": "chrF of the sentences found against the right ones",
    "bleu": "BLEU of the same",
}
"""What a metric means where its name does not say it."""


def task_title(results: EvaluationResults, task: str) -> str:
    """A task as papers call it."""
    return results.tasks[task].title or task


def metric_name(metric: str) -> str:
    """A metric as tables head it, with its unit."""
    return f"{metric.replace('f1', 'F1')} (%)" if metric else "%"


def metric_meanings(metrics: Iterable[str]) -> str:
    """What the metrics mean that need a word of explanation; "" for those that need none."""
    known = [metric for metric in dict.fromkeys(metrics) if metric in _MEANINGS]
    if known in ([], ["accuracy"]):  # of a classification, accuracy has no direction
        return ""
    return "; ".join(f"{metric.replace('_', ' ')}: {_MEANINGS[metric]}" for metric in known) + "."


def shown_names(models: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """How each model is called in tables and figures.

    Args:
        models: stage names, folders, ids of the hub with a revision.
        labels: model -> what the user calls it.

    Returns:
        The label, or the last part of a path or an id; more parts where two models would be called alike.
    """
    # runs/a/model and runs/b/model end alike, so they are a/model and b/model; org/bert@0123456789 is bert@0123456.
    found = {model: labels.get(model) or _tail(model, 1) for model in models}
    for parts in (2, 3, 99):
        names = list(found.values())
        found = {m: n if names.count(n) == 1 or m in labels else _tail(m, parts) for m, n in found.items()}
    names = list(found.values())
    return {model: name if names.count(name) == 1 else model for model, name in found.items()}


def _tail(model: str, parts: int) -> str:
    place, _, revision = model.partition("@")
    steps = PurePosixPath(place.replace("\\", "/")).parts
    return "/".join(steps[-parts:]) + (f"@{revision[:7]}" if revision else "")


def renamed(table: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    """A table by model, with the models as they are shown."""
    return {names.get(model, model): value for model, value in table.items()}


def with_shown_names(results: Evaluated, labels: Mapping[str, str]) -> Evaluated:
    """The results with every model by the name that it is shown by."""
    names = shown_names(results.models, labels)
    tasks = {n: t.model_copy(update={"models": renamed(t.models, names)}) for n, t in results.tasks.items()}
    return results.model_copy(
        update={
            "tasks": tasks,
            "baseline": names.get(results.baseline, results.baseline),
            "benchmark": renamed(results.benchmark, names),
            "origins": renamed(results.origins, names),
            "names": {shown: model for model, shown in names.items() if shown != model},
        }
    )
