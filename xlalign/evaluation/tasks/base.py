"""What a task is: one row of data. What is done with it is the business of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

import numpy as np

from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.kinds.base import LabelSet, TaskKind, TunedKind
from xlalign.evaluation.metrics.scoring import ChunkRule, MetricScores, Scorer
from xlalign.evaluation.tasks.languages import fill

BenchmarkGroup = Literal["classification", "tagging", "qa", "retrieval", "extension"]


@dataclass(frozen=True)
class HubData:
    """A data set on the hub.

    Args:
        dataset: repository id.
        revision: the pinned commit; never a branch.
        config: configuration name with {lang}, {lang3} or {name} in it.
        columns: our field -> column of the data set.
        splits: our split -> split of the data set.
        labels: the data set's integer labels in order, where it stores integers.
        configs: split -> configuration, where it is another one.
        where: column -> how its value starts for a language, where several share a configuration.
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
    """One task, as data.

    Args:
        name: the name on the command line.
        title: the name in tables, as papers write it; empty = `name`.
        kind: a name in `xlalign.evaluation.kinds.KINDS`: encoding, head, prediction form, metric.
        group: the benchmark's group, whose scores are averaged.
        scorer: the metrics, where they are not those of the kind.
        languages: test languages of the benchmark, English included where it has it.
        only: the metric is defined for these languages and no others.
        labels: the closed set of labels, empty for open answers.
        reader: file format, a name in `xlalign.evaluation.data.formats.FORMATS`; empty = that of the kind.
        files: split (or "*" for any) -> patterns below the data folder, tried in order, each of one file a role;
            {split}, {lang} ISO 639-1, {lang3} ISO 639-3, {name} English, {flores} FLORES.
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
    kind: str
    languages: tuple[str, ...]
    files: Mapping[str, tuple[tuple[str, ...], ...]]
    license: str
    citation: str
    title: str = ""
    group: BenchmarkGroup = "extension"
    scorer: Scorer | None = None
    reader: str = ""
    labels: tuple[str, ...] = ()
    test_items: int = 0
    submission: str = ""
    only: bool = False
    hub: HubData | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    train: str = ""

    @property
    def handler(self) -> TaskKind[Any]:
        """The kind itself.

        Raises:
            UserError: there is no such kind.
        """
        return KINDS.get(self.kind)

    @property
    def tuned(self) -> bool:
        """Whether an encoder is fine-tuned for the task; otherwise its sentence vectors are compared."""
        return isinstance(self.handler, TunedKind)

    @property
    def label_set(self) -> LabelSet:
        """The labels and their spellings."""
        return LabelSet(self.labels, self.spellings)

    @property
    def metrics(self) -> Scorer:
        """The task's own scorer, or that of its kind."""
        return self.scorer or self.handler.scorer

    def score(self, gold: Any, predicted: Any, lang: str, rule: ChunkRule = "legacy") -> MetricScores:
        """All metrics of one language, in percent."""
        return self.metrics.scores(gold, predicted, lang, rule)

    def headline(self, scores: Mapping[str, float]) -> float:
        """The one number of the task in these scores."""
        return fmean(scores[name] for name in self.metrics.main)

    def items(self, gold: Any, predicted: Any, lang: str, rule: ChunkRule = "legacy") -> np.ndarray:
        """What each item contributes to the headline, (N, K); `metrics.total` makes the headline of sums."""
        return np.asarray(self.metrics.items(gold, predicted, lang, rule), dtype=np.float64)

    @property
    def metric(self) -> str:
        """The headline's name in tables."""
        return " + ".join(name.replace("_", " ") for name in self.metrics.main)

    @property
    def display_name(self) -> str:
        """The name in tables."""
        return self.title or self.name

    @property
    def folder(self) -> str:
        """Name of the task's folder in a submission."""
        return self.submission or self.name

    def layouts(self, lang: str, split: str) -> list[list[str]]:
        """The file patterns of a language and split: layouts in the order they are tried, one pattern a role each."""
        groups = self.files.get(split, self.files.get("*", ()))
        return [[fill(pattern, lang, split) for pattern in group] for group in groups]
