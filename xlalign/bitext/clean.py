"""The work on a batch of rows that needs nothing from other batches, so that any process can do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlalign.bitext import transforms
from xlalign.bitext.batch import Batch, Mask, Side
from xlalign.bitext.characters import Hashes, mix
from xlalign.bitext.contamination import Evaluation
from xlalign.bitext.corpus import pair_id
from xlalign.bitext.filters.base import Filter
from xlalign.bitext.sources.base import Row

SAMPLES = 20
_LINKS = pa.list_(pa.list_(pa.int32()))
GOLD = pa.struct(
    [
        ("source_words", pa.list_(pa.string())),
        ("target_words", pa.list_(pa.string())),
        ("sure", _LINKS),
        ("possible", _LINKS),
    ]
)


class Job(NamedTuple):
    """Rows of one corpus and what to do with them."""

    rows: list[Row]
    corpus: str
    languages: tuple[str, str]
    place: str
    transforms: tuple[str, ...]
    filters: dict[str, Filter]


class Sample(NamedTuple):
    """A dropped pair. `rank` is random but depends on the text alone: the samples are those of lowest rank."""

    rank: int
    place: str
    source: str
    target: str
    score: str


@dataclass
class Tally:
    """What was dropped, by its first reason, with samples; and the scores of each filter, as a histogram."""

    read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    histograms: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    def drop(self, reason: str, samples: list[Sample], count: int | None = None) -> None:
        """Count dropped pairs (`count`, by default as many as samples) and keep the samples of lowest rank."""
        self.dropped[reason] = self.dropped.get(reason, 0) + (len(samples) if count is None else count)
        self.samples[reason] = nsmallest(SAMPLES, [*self.samples.get(reason, []), *samples])

    def add(self, other: Tally) -> None:
        """Take in the tally of another batch."""
        self.read += other.read
        for reason, count in other.dropped.items():
            self.drop(reason, other.samples[reason], count)
        for name, counts in other.histograms.items():
            self.histograms[name] = self.histograms.get(name, 0) + counts


class Cleaned(NamedTuple):
    """The pairs that passed, with columns id, source, target, gold; their keys; and the tally."""

    table: pa.Table
    lines: npt.NDArray[np.int64]
    exact_keys: Hashes
    source_keys: Hashes
    target_keys: Hashes
    tally: Tally


def clean(job: Job, evaluation: Evaluation | None = None) -> Cleaned:
    """Transform, filter and decontaminate some rows.

    Args:
        job: rows of one corpus.
        evaluation: sentences to keep out; None: nothing is compared.
    """
    work = _Work(job)
    for name, rule in job.filters.items():
        if len(work.batch):
            work.filter(name, rule)
    if evaluation is not None and len(work.batch):
        work.decontaminate(evaluation)
    return work.result()


class _Work:
    """A batch on its way through the filters."""

    def __init__(self, job: Job) -> None:
        self.job = job
        lang, other = job.languages
        sources = transforms.apply(job.transforms, [row.source for row in job.rows], lang)
        targets = transforms.apply(job.transforms, [row.target for row in job.rows], other)
        self.batch = Batch(Side.of(sources, lang), Side.of(targets, other), job.corpus)
        self.rows = np.arange(len(job.rows))
        self.tally = Tally(read=len(job.rows))

    def filter(self, name: str, rule: Filter) -> None:
        scores = rule.scores(self.batch)
        edges = np.asarray(rule.edges)
        self.tally.histograms[name] = np.histogram(np.clip(scores, edges[0], edges[-1]), edges)[0]
        self._keep(rule.accepts(scores), name, scores)

    def decontaminate(self, evaluation: Evaluation) -> None:
        owners = evaluation.find(self.batch)
        for number, name in enumerate(evaluation.names):
            self._keep(owners != number, f"evaluation:{name}", owners)
            owners = owners[owners != number]

    def _keep(self, keep: Mask, reason: str, scores: npt.NDArray[np.generic]) -> None:
        if keep.all():
            return
        self.tally.drop(reason, [self._sample(i, scores[i]) for i in np.flatnonzero(~keep).tolist()])
        self.batch = self.batch.take(keep)
        self.rows = self.rows[keep]

    def _sample(self, i: int, score: np.generic) -> Sample:
        source, target = self.batch.source.texts[i], self.batch.target.texts[i]
        place = f"{self.job.place}:{self.job.rows[self.rows[i]].line}"
        return sample(place, source, target, " ".join(f"{x:.3g}" for x in np.atleast_1d(score)))

    def result(self) -> Cleaned:
        source, target = self.batch.source, self.batch.target
        ids = [pair_id(*texts, source.lang, target.lang) for texts in zip(source.texts, target.texts, strict=True)]
        rows = [self.job.rows[i] for i in self.rows]
        gold = pa.array([row.gold._asdict() if row.gold else None for row in rows], GOLD)
        table = pa.table({"id": ids, "source": source.texts, "target": target.texts, "gold": gold})
        exact = np.array([int(identity[:16], 16) for identity in ids], dtype=np.uint64)
        lines = np.array([row.line for row in rows], dtype=np.int64)
        return Cleaned(table, lines, exact, source.keys, target.keys, self.tally)


def sample(place: str, source: str, target: str, score: str = "") -> Sample:
    """A sample of a dropped pair."""
    return Sample(crc32(f"{source}\0{target}".encode(errors="replace")), place, source, target, score)


def normalised_keys(cleaned: Cleaned, languages: tuple[str, str]) -> Hashes:
    """A key for each pair that does not change with case, accents and punctuation, (N,)."""
    salt = np.uint64(crc32("-".join(languages).encode()))
    return mix(mix(cleaned.source_keys + salt) ^ cleaned.target_keys)
