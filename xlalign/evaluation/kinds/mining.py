"""The translated pairs in two sets of sentences: pairs above a threshold that is chosen on dev."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from xlalign.errors import DataError
from xlalign.evaluation import retrieval
from xlalign.evaluation.kinds.base import (
    ComparedKind,
    Embed,
    Example,
    LabelSet,
    RawExample,
    SubmissionForm,
    lines_text,
    read_answers,
)
from xlalign.evaluation.metrics.scoring import (
    ChunkRule,
    ItemStatistics,
    MetricScores,
    Scorer,
    f1_of_counts,
    set_scores,
)
from xlalign.evaluation.options import RetrievalOptions

IdPair = tuple[str, ...]
"""(source id, target id)."""


@dataclass(frozen=True)
class SentenceSets(Example):
    """Two sets of (id, sentence), foreign and English, and the pairs of ids that are translations."""

    source: tuple[tuple[str, str], ...]
    target: tuple[tuple[str, str], ...]
    gold: tuple[tuple[str, str], ...]

    def texts(self) -> Iterator[str]:
        """The sentences of both sides."""
        yield from (text for side in (self.source, self.target) for _, text in side)

    def half(self, wanted: int) -> SentenceSets:
        """Half 0 or 1 of the foreign side, by a hash of the id, with its gold pairs and the whole English side."""
        source = tuple(row for row in self.source if _half_of(row[0]) == wanted)
        return SentenceSets(source, self.target, tuple(pair for pair in self.gold if _half_of(pair[0]) == wanted))


def _half_of(key: str) -> int:
    # The lowest bit of one byte: the halves share no foreign sentence.
    return hashlib.sha256(key.encode()).digest()[0] & 1


def read_pairs_of_ids(path: Path) -> list[IdPair]:
    """The tab-separated fields of each line."""
    return [tuple(line.split("\t")) for line in read_answers(path)]


def pairs_text(pairs: Sequence[Sequence[str]]) -> str:
    """One tab-separated row a line."""
    return lines_text(["\t".join(pair) for pair in pairs])


def mining_f1(gold: Sequence[IdPair], predicted: Sequence[IdPair]) -> MetricScores:
    """Precision, recall and F1 over (source id, target id), in percent; a pair given twice counts once."""
    wanted, found = set(map(tuple, gold)), set(map(tuple, predicted))
    return set_scores(len(wanted & found), len(found), len(wanted))


def _scores(gold: Sequence[IdPair], predicted: Sequence[IdPair], lang: str, rule: ChunkRule) -> MetricScores:
    return mining_f1(gold, predicted)


def _counts(gold: Sequence[IdPair], predicted: Sequence[IdPair], lang: str, rule: ChunkRule) -> list[ItemStatistics]:
    wanted, found = set(map(tuple, gold)), set(map(tuple, predicted))
    return [(pair in wanted and pair in found, pair in found, pair in wanted) for pair in sorted(wanted | found)]


def _keys(gold: Sequence[IdPair], predicted: Sequence[IdPair]) -> list[str]:
    return ["\t".join(pair) for pair in sorted({*map(tuple, gold), *map(tuple, predicted)})]


class MinedPairs(ComparedKind[SentenceSets]):
    """Candidates by margin, cut at the threshold that is best on dev."""

    name = "mining"
    example = SentenceSets
    form = SubmissionForm("tsv", read_pairs_of_ids, read_pairs_of_ids, pairs_text)
    scorer = Scorer(_scores, _counts, f1_of_counts, ("f1",), _keys)
    format = "mining"
    columns: ClassVar[Mapping[str, str]] = {name: name for name in ("source", "target", "gold")}
    tunes_on_dev = True

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> SentenceSets:
        """Fields source and target, lists of (id, sentence), and gold, a list of (source id, target id)."""
        source, target, gold = (tuple((a, b) for a, b in raw.fields[name]) for name in ("source", "target", "gold"))
        known = {key for key, _ in (*source, *target)}
        if missing := next((key for pair in gold for key in pair if key not in known), None):
            raise DataError(f"{raw.place}: no sentence has the id `{missing}`")
        return SentenceSets(source, target, gold)

    def gold(self, examples: Sequence[SentenceSets]) -> list[list[str]]:
        """The pairs of ids."""
        return [list(pair) for example in examples for pair in example.gold]

    def tested(self, examples: Sequence[SentenceSets], split: str) -> list[SentenceSets]:
        """All, but of dev the half that chooses no threshold."""
        return [example.half(1) for example in examples] if split == "dev" else list(examples)

    def tuned_on(self, examples: Sequence[SentenceSets], split: str) -> list[SentenceSets]:
        """The dev split, or the half of it that is not tested on."""
        return [example.half(0) for example in examples] if split == "dev" else list(examples)

    def similarity(self, options: RetrievalOptions) -> Literal["cosine", "margin", "csls"]:
        """`mining_score`."""
        return options.mining_score

    def find(
        self, examples: Sequence[SentenceSets], dev: Sequence[SentenceSets], embed: Embed, options: RetrievalOptions
    ) -> tuple[list[list[str]], dict[str, float]]:
        """Pairs above the threshold that is best on dev."""
        (chosen_by,), (example,) = dev, examples
        threshold = retrieval.best_threshold(self._candidates(chosen_by, embed, options), _gold_rows(chosen_by))
        source, target = ([key for key, _ in side] for side in (example.source, example.target))
        candidates = self._candidates(example, embed, options)
        mined = [[source[c.source], target[c.target]] for c in candidates if c.score >= threshold]
        return mined, {"threshold": threshold} if np.isfinite(threshold) else {}

    def _candidates(self, example: SentenceSets, embed: Embed, options: RetrievalOptions) -> list[retrieval.Candidate]:
        source, target = (embed([text for _, text in side]) for side in (example.source, example.target))
        return retrieval.mine(source, target, self.similarity(options), options.neighbours)


def _gold_rows(example: SentenceSets) -> set[tuple[int, int]]:
    """The gold pairs as (row, row): ids [a, b] and [x, y] with gold (b, x) give {(1, 0)}."""
    source, target = ({key: row for row, (key, _) in enumerate(side)} for side in (example.source, example.target))
    return {(source[one], target[other]) for one, other in example.gold}


MINING = MinedPairs()
