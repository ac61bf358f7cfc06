"""What a task is: metadata, where its data lie, and how it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

import numpy as np

from xlalign.evaluation.metrics.chunks import Rule
from xlalign.evaluation.tasks.scorers import Scorer, Scores

Kind = Literal["classification", "choice", "tagging", "qa", "retrieval", "mining"]
Group = Literal["classification", "tagging", "qa", "retrieval", "extension"]
Example = dict[str, Any]


def codes(text: str) -> tuple[str, ...]:
    """Names separated by spaces: languages, labels."""
    return tuple(text.split())


@dataclass(frozen=True)
class Hub:
    """A data set on the hub.

    Args:
        dataset: repository id.
        revision: the pinned commit; never a branch.
        config: configuration name with {lang}, {lang3} or {language} in it.
        columns: our field -> column of the data set.
        splits: our split -> split of the data set.
        labels: the data set's integer labels in order, where it stores integers.
    """

    dataset: str
    revision: str
    config: str
    columns: Mapping[str, str]
    splits: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    configs: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of the benchmark, as data.

    Args:
        name: the name on the command line.
        kind: decides encoding, head and prediction form.
        group: the benchmark's group, whose scores are averaged.
        scorer: the metrics.
        languages: test languages of the benchmark, English included where it has it.
        only: the metric is defined for these languages and no others.
        labels: the closed set of labels, empty for open answers.
        reader: file format, a name in `xlalign.evaluation.data.formats.FORMATS`.
        files: split -> patterns below the data folder, tried in order; {lang} ISO 639-1, {lang3} ISO 639-3.
        columns: our field -> column, for the readers of tables.
        spellings: label in the files -> label; an empty one leaves the line out.
        train: task whose English data train this one, where it has none of its own.
        test_items: published number of test items a language, where it is the same for all; 0 = not checked.
        license: licence of the data.
        citation: who to cite.
        submission: folder name in the benchmark's submission layout, where it differs from `name`.
        hub: the data set on the hub.
    """

    name: str
    kind: Kind
    group: Group
    scorer: Scorer
    languages: tuple[str, ...]
    reader: str
    files: Mapping[str, tuple[tuple[str, ...], ...]]
    license: str
    citation: str
    labels: tuple[str, ...] = ()
    test_items: int = 0
    submission: str = ""
    only: bool = False
    hub: Hub | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    train: str = ""

    def score(self, gold: Any, predicted: Any, lang: str, rule: Rule = "legacy") -> Scores:
        """All metrics of one language, in percent."""
        return self.scorer.scores(gold, predicted, lang, rule)

    def headline(self, scores: Mapping[str, float]) -> float:
        """The one number of the task in these scores."""
        return fmean(scores[name] for name in self.scorer.main)

    def items(self, gold: Any, predicted: Any, lang: str, rule: Rule = "legacy") -> np.ndarray:
        """What each item contributes to the headline, (N, K); `scorer.total` makes the headline of sums."""
        return np.asarray(self.scorer.items(gold, predicted, lang, rule), dtype=np.float64)

    @property
    def tuned(self) -> bool:
        """Whether an encoder is fine-tuned for the task; otherwise its sentence vectors are compared."""
        return self.kind in ("classification", "choice", "tagging", "qa")

    @property
    def metric(self) -> str:
        """The headline's name in tables."""
        return " + ".join(name.replace("_", " ") for name in self.scorer.main)

    @property
    def folder(self) -> str:
        """Name of the task's folder in a submission."""
        return self.submission or self.name
