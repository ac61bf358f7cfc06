"""The contract of a filter: a score, and whether a pair with that score is kept.

A simple filter implements `score(pair)` and `accept(score)`. A fast one is a `BatchFilter`: it implements
`scores(batch)` for some thousand pairs with NumPy, and an `accept` that works on arrays as well as on numbers.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from xlalign.bitext.batch import FilterBatch, Mask
from xlalign.config import Settings
from xlalign.types import Pair

Scores = npt.NDArray[np.float64]
"""(N,), or (N, 2) where source and target have a score each."""


class Filter(Settings):
    """Base of all filters: the fields of a subclass are its thresholds in `[prepare.filters.NAME]`.

    Attributes:
        cost: filters run from cheap to dear: 0 before all, 1 counts, 2 string search, 3 a small
            model, 4 an encoder.
        compares: whether the two sides are compared, so that the filter means nothing for monolingual text.
        unit: of the score, for the report.
        edges: borders of the histogram in the report.
    """

    cost: ClassVar[int] = 2
    compares: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    edges: ClassVar[tuple[float, ...]] = tuple(i / 20 for i in range(21))

    def score(self, pair: Pair) -> Any:
        """The score of one pair: a number, or one for each side."""
        raise NotImplementedError

    def accept(self, score: Any) -> Any:
        """Whether a pair with this score is kept."""
        raise NotImplementedError

    def scores(self, batch: FilterBatch) -> Scores:
        """The scores of N pairs, (N,) or (N, 2)."""
        return np.array([self.score(pair) for pair in batch.pairs()], dtype=np.float64)

    def accepts(self, scores: Scores) -> Mask:
        """For each of N scores whether the pair is kept, (N,)."""
        return np.array([bool(self.accept(score)) for score in scores], dtype=np.bool_)


class ArrayFilter(Filter):
    """A filter whose `accept` works on arrays as well as on numbers."""

    def accepts(self, scores: Scores) -> Mask:
        """For each of N scores whether the pair is kept."""
        return np.asarray(self.accept(scores))


class HintFilter(ArrayFilter):
    """A filter whose score is 0 unless one of some short strings is in the pair, so few pairs are looked at.

    Attributes:
        hints: those strings.
    """

    hints: ClassVar[tuple[str, ...]] = ()

    def scores(self, batch: FilterBatch) -> Scores:
        """The scores of N pairs, (N,)."""
        scores = np.zeros(len(batch))
        rows = batch.having(self.hints)
        scores[rows] = [self.score(pair) for pair in batch.pairs(rows)]
        return scores


class BatchFilter(ArrayFilter):
    """A filter that scores many pairs at once."""

    cost: ClassVar[int] = 1

    def score(self, pair: Pair) -> Any:
        """The score of one pair."""
        return self.scores(FilterBatch.of([pair]))[0]

    def scores(self, batch: FilterBatch) -> Scores:
        """The scores of N pairs."""
        raise NotImplementedError


def both_sides(within: npt.NDArray[np.bool_]) -> Any:
    """Whether a condition of shape (..., 2) holds for source and target."""
    return within.all(axis=-1)
