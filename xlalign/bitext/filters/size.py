"""How long the sides are, and how long against each other."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.arrays import Ints
from xlalign.bitext.batch import BatchSide, FilterBatch
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides


class Empty(BatchFilter):
    """Score: characters of the shorter side; kept from one on."""

    cost: ClassVar[int] = 0  # the filters after it may divide by lengths
    unit: ClassVar[str] = "characters of the shorter side"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)

    def scores(self, batch: FilterBatch) -> Scores:
        """Characters of the shorter side, (N,)."""
        return np.minimum(batch.source.lengths, batch.target.lengths).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Something on both sides."""
        return score > 0


class Length(BatchFilter):
    """Score: words of each side; in scripts without spaces, characters over the usual length of a word."""

    unit: ClassVar[str] = "words"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 500)

    min: float = Field(1, description="fewest words of either side", ge=0)
    max: float = Field(100, description="most words of either side", gt=0)

    def scores(self, batch: FilterBatch) -> Scores:
        """Words of source and target, (N, 2)."""
        return batch.both(lambda side: side.size)

    def accept(self, score: Any) -> Any:
        """Both sides within the limits; one character of Chinese counts as a whole word at the lower one."""
        # With min = 1 the two characters of 我吃 (2 / 1.65 = 1.2 words) pass, and so does 吃 alone (0.6 words).
        return both_sides((score > self.min - 1) & (score <= self.max))


class Ratio(BatchFilter):
    """Score: (longer + s) / (shorter + s) in words, with s = `smoothing`, so short pairs are judged less hard."""

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "longer / shorter"
    edges: ClassVar[tuple[float, ...]] = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 4, 5, 10, 100)

    max: float = Field(3, description="largest ratio", ge=1)
    smoothing: float = Field(0, description="words added to both sides", ge=0)

    def scores(self, batch: FilterBatch) -> Scores:
        """Ratio of the lengths, (N,)."""
        # 7 words against 2 are 3.5 as they stand, and (7 + 2) / (2 + 2) = 2.25 with a smoothing of 2.
        sizes = np.sort(batch.both(lambda side: side.size), axis=1) + self.smoothing
        return sizes[:, 1] / np.maximum(sizes[:, 0], 1e-9)

    def accept(self, score: Any) -> Any:
        """Below the largest ratio."""
        return score < self.max


class LongestWord(BatchFilter):
    """Score: characters of the longest word of both sides; scripts without spaces do not count."""

    unit: ClassVar[str] = "characters"
    edges: ClassVar[tuple[float, ...]] = (0, 5, 10, 15, 20, 25, 30, 35, 40, 50, 75, 100, 1000)

    max: int = Field(40, description="most characters between two spaces", ge=1)

    def scores(self, batch: FilterBatch) -> Scores:
        """Characters of the longest word, (N,)."""
        return np.maximum(_longest(batch.source), _longest(batch.target)).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max


def _longest(side: BatchSide) -> Ints:
    return side.longest_word if side.language.spaced else np.zeros_like(side.longest_word)
