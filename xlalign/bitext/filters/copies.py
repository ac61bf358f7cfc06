"""Text that was copied instead of translated: the whole sentence, or a long stretch of it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import FilterBatch
from xlalign.bitext.filters.base import BatchFilter, Filter, Scores
from xlalign.types import Pair


class Identical(BatchFilter):
    """Score: 1 where both sides have the same letters and digits in the same order, else 0; kept at 0."""

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "1 = identical"
    edges: ClassVar[tuple[float, ...]] = (0, 0.5, 1)

    def scores(self, batch: FilterBatch) -> Scores:
        """1 where the sides are the same, (N,)."""
        return (batch.source.keys == batch.target.keys).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """The sides differ."""
        return score < 1


class Copied(Filter):
    """Score: words of the longest run of words that stands on both sides, over the words of the shorter side."""

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "share of words"

    max: float = Field(0.6, description="largest share, 0 to 1", ge=0, le=1)
    min_words: int = Field(4, description="runs of fewer words (names, titles) count as nothing", ge=1)

    def score(self, pair: Pair) -> float:
        """Share of the longest common run."""
        source, target = pair.source.casefold().split(), pair.target.casefold().split()
        if len(set(source).intersection(target)) < self.min_words:
            return 0.0
        longest = _longest_run(source, target)
        return longest / min(len(source), len(target)) if longest >= self.min_words else 0.0

    def accept(self, score: float) -> bool:
        """Not above the largest share."""
        return score <= self.max


def _longest_run(source: list[str], target: list[str]) -> int:
    """Length of the longest common substring of two word lists, by dynamic programming over one row."""
    places: dict[str, list[int]] = {}
    for j, word in enumerate(target):
        places.setdefault(word, []).append(j)
    best = 0
    # row[j]: length of the run that ends at the source word just read and at target word j. For a b c against x a b:
    # after a {1: 1}, after b {2: 2}, after c {}; so the longest is 2.
    row: dict[int, int] = {}
    for word in source:
        row = {j: row.get(j - 1, 0) + 1 for j in places.get(word, ())}
        best = max(best, max(row.values(), default=0))
    return best
