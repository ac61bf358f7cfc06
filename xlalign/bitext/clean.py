"""The work on a batch of rows that needs nothing from other batches, so that any process can do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import groupby
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlalign.bitext import arrow, transforms
from xlalign.bitext.batch import BatchSide, FilterBatch, Mask
from xlalign.bitext.contamination import Evaluation
from xlalign.bitext.corpus import pair_digests
from xlalign.bitext.filters.base import Filter
from xlalign.bitext.models import NoModels, TrainedModels
from xlalign.bitext.near import band_keys
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.transforms.base import Transform
from xlalign.hashing import Hashes, mix

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


class CleaningJob(NamedTuple):
    """Rows of one corpus and what to do with them; `near`: prepare the search for near duplicates."""

    rows: list[RawPair]
    corpus: str
    languages: LanguagePair
    place: str
    transforms: tuple[Transform, ...]
    filters: dict[str, Filter]
    near: bool = False


class Sample(NamedTuple):
    """A pair for people to look at. `rank` is random but depends on the text alone; those of lowest rank are taken.

    Attributes:
        place: "file:line".
        source, target: as the filters saw them.
        score: of the filter that dropped the pair.
        before: source and target as they were read, where a transform changed one of them.
        changed_by: the transforms that did.
    """

    rank: int
    place: str
    source: str
    target: str
    score: str
    before: tuple[str, ...] = ()
    changed_by: tuple[str, ...] = ()


@dataclass
class Tally:
    """What was dropped, by its first reason, with samples; and the scores of each filter, as a histogram.

    Attributes:
        kept, changed: samples of pairs that passed, as they were read or changed by transforms.
    """

    read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    kept: list[Sample] = field(default_factory=list)
    changed: list[Sample] = field(default_factory=list)
    histograms: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    def drop(self, reason: str, samples: list[Sample], count: int | None = None) -> None:
        """Count dropped pairs (`count`, by default as many as samples); keep those of lowest rank, each text once."""
        self.dropped[reason] = self.dropped.get(reason, 0) + (len(samples) if count is None else count)
        self.samples[reason] = _lowest([*self.samples.get(reason, []), *samples])

    def repeated(self, places: set[str]) -> None:
        """Show no pair as kept that came a second time, at one of these places."""
        self.kept, self.changed = ([s for s in found if s.place not in places] for found in (self.kept, self.changed))

    def add(self, other: Tally) -> None:
        """Take in the tally of another batch."""
        self.read += other.read
        for reason, count in other.dropped.items():
            self.drop(reason, other.samples[reason], count)
        for name, counts in other.histograms.items():
            self.histograms[name] = self.histograms.get(name, 0) + counts
        self.kept, self.changed = _lowest(self.kept + other.kept), _lowest(self.changed + other.changed)


def _lowest(samples: list[Sample]) -> list[Sample]:
    """Those of lowest rank, each text once."""
    ordered = sorted(samples, reverse=True)
    return nsmallest(SAMPLES, {each.rank: each for each in ordered}.values())


class Cleaned(NamedTuple):
    """The pairs that passed, with columns id, source, target, gold; their keys; and the tally."""

    table: pa.Table
    lines: npt.NDArray[np.int64]
    exact_keys: Hashes
    source_keys: Hashes
    target_keys: Hashes
    bands: Hashes | None
    tally: Tally


def clean(job: CleaningJob, evaluation: Evaluation | None = None, models: TrainedModels | None = None) -> Cleaned:
    """Transform, filter and decontaminate some rows.

    Args:
        job: rows of one corpus.
        evaluation: sentences to keep out; None: nothing is compared.
        models: what filters may ask.
    """
    work = _Work(job, models or NoModels())
    for _, rules in groupby(job.filters.items(), lambda item: item[1].cost):
        if len(work.batch):
            work.filter(dict(rules))
    if evaluation is not None and len(work.batch):
        work.decontaminate(evaluation)
    return work.result()


class _Work:
    """A batch on its way through the filters."""

    def __init__(self, job: CleaningJob, models: TrainedModels) -> None:
        self.job = job
        lang, other = job.languages
        sources = transforms.apply(job.transforms, [row.source for row in job.rows], lang)
        targets = transforms.apply(job.transforms, [row.target for row in job.rows], other)
        self.batch = FilterBatch(BatchSide.of(sources, lang), BatchSide.of(targets, other), job.corpus, models)
        # self.rows[i] is the place in job.rows of pair i of what is left: [0, 1, 2, 3] at first, and [0, 2, 3] once a
        # filter has dropped the second pair.
        self.rows = np.arange(len(job.rows))
        self.tally = Tally(read=len(job.rows))

    def filter(self, rules: dict[str, Filter]) -> None:
        """Apply filters of about the same cost: all see all pairs, but a pair counts only up to its first reason."""
        alive = np.ones(len(self.batch), dtype=np.bool_)
        for name, rule in rules.items():
            scores = rule.scores(self.batch)
            edges = np.asarray(rule.edges)
            self.tally.histograms[name] = np.histogram(np.clip(scores[alive], edges[0], edges[-1]), edges)[0]
            alive = self._drop(alive, rule.accepts(scores), name, scores)
        self._take(alive)

    def decontaminate(self, evaluation: Evaluation) -> None:
        """Drop the pairs that an evaluation set has, by the first set that has them."""
        owners = evaluation.find(self.batch)
        alive = np.ones(len(self.batch), dtype=np.bool_)
        for number, name in enumerate(evaluation.names):
            alive = self._drop(alive, owners != number, f"evaluation:{name}")
        self._take(alive)

    def _drop(self, alive: Mask, keep: Mask, reason: str, scores: npt.NDArray[np.generic] | None = None) -> Mask:
        dropped = np.flatnonzero(alive & ~keep).tolist()
        if dropped:
            self.tally.drop(reason, [self._sample(i, "" if scores is None else _shown(scores[i])) for i in dropped])
        return alive & keep

    def _take(self, alive: Mask) -> None:
        if not alive.all():
            self.batch = self.batch.take(alive)
            self.rows = self.rows[alive]

    def _sample(self, i: int, score: str) -> Sample:
        row, pair = self.job.rows[self.rows[i]], (self.batch.source.texts[i], self.batch.target.texts[i])
        before = (row.source, row.target)
        return sample(f"{self.job.place}:{row.line}", *pair, score)._replace(before=() if pair == before else before)

    def _show(self, keys: Hashes) -> None:
        """Take samples of what is left, (N,) keys, and say of every sample which transforms changed it."""
        texts = zip(self.batch.source.texts, self.batch.target.texts, strict=True)
        rows = (self.job.rows[i] for i in self.rows.tolist())
        changed = np.array([pair != (row.source, row.target) for pair, row in zip(texts, rows, strict=True)], np.bool_)
        by_rank = np.unique(keys, return_index=True)[1]  # keys 7 3 7 9 -> rows 1 0 3: in order, the first of each text
        for found, which in ((self.tally.kept, ~changed), (self.tally.changed, changed)):
            chosen = by_rank[which[by_rank]][:SAMPLES].tolist()
            found.extend(self._sample(i, "")._replace(rank=int(keys[i])) for i in chosen)
        self.tally.changed = list(map(self._explained, self.tally.changed))
        for reason, dropped in self.tally.samples.items():
            self.tally.samples[reason] = list(map(self._explained, dropped))

    def _explained(self, sample: Sample) -> Sample:
        by = [
            name
            for text, lang in zip(sample.before, self.job.languages, strict=False)
            for name in transforms.changing(self.job.transforms, text, lang)
        ]
        return sample._replace(changed_by=tuple(dict.fromkeys(by)))

    def result(self) -> Cleaned:
        source, target = self.batch.source, self.batch.target
        encoded = [text.encode() for text in source.texts], [text.encode() for text in target.texts]
        digests = b"".join(pair_digests(*encoded, source.lang, target.lang))
        ids = digests.hex().encode()
        rows = [self.job.rows[i] for i in self.rows.tolist()]
        columns = [[ids[i : i + 32] for i in range(0, len(ids), 32)], *encoded]
        table = pa.table([*map(arrow.strings, columns), _gold(rows)], ["id", "source", "target", "gold"])
        exact = np.frombuffer(digests, dtype=">u8")[::2].astype(np.uint64)
        lines = np.array([row.line for row in rows], dtype=np.int64)
        bands = band_keys(self.batch) if self.job.near else None
        self._show(exact)
        return Cleaned(table, lines, exact, source.keys, target.keys, bands, self.tally)


def _gold(rows: list[RawPair]) -> pa.Array:
    if not any(row.gold for row in rows):
        return pa.nulls(len(rows), GOLD)
    return pa.array([row.gold._asdict() if row.gold else None for row in rows], GOLD)


def _shown(score: np.generic) -> str:
    return " ".join(f"{x:.3g}" for x in np.atleast_1d(score))


def sample(place: str, source: str, target: str, score: str = "") -> Sample:
    """A sample of a dropped pair."""
    return Sample(crc32(f"{source}\0{target}".encode(errors="replace")), place, source, target, score)


def normalised_keys(cleaned: Cleaned, languages: LanguagePair) -> Hashes:
    """A key for each pair that does not change with case, accents and punctuation, (N,)."""
    salt = np.uint64(crc32("-".join(languages).encode()))
    return mix(mix(cleaned.source_keys + salt, 0) ^ cleaned.target_keys, 0)
