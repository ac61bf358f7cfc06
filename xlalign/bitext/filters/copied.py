"""Long stretches that were copied instead of translated."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.types import Pair


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
    row: dict[int, int] = {}
    for word in source:
        row = {j: row.get(j - 1, 0) + 1 for j in places.get(word, ())}
        best = max(best, max(row.values(), default=0))
    return best
