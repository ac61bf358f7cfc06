"""Numbers and sentence ends, which a translation keeps."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, ClassVar
from unicodedata import decimal

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import FilterBatch
from xlalign.bitext.filters.base import ArrayFilter, BatchFilter, Scores
from xlalign.types import Pair

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’]\d+)*")


class Numerals(ArrayFilter):
    """Score: numbers that both sides have, over the mean of both (Dice); 1 where neither has any.

    A number is its digits, in any script and with any separators, without leading and final zeros. Off by
    default: it also drops good pairs in which one side spells a number out.
    """

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "share of numbers"

    min: float = Field(0.5, description="smallest share, 0 to 1", ge=0, le=1)

    def score(self, pair: Pair) -> float:
        """Dice coefficient of the numbers."""
        found, others = _NUMBER.findall(pair.source), _NUMBER.findall(pair.target)
        if found == others:
            return 1.0
        source, target = _plain(found), _plain(others)
        total = source.total() + target.total()
        return 2 * (source & target).total() / total if total else 1.0

    def scores(self, batch: FilterBatch) -> Scores:
        """Dice coefficients; pairs without digits are not looked at."""
        scores = np.ones(len(batch))
        rows = np.flatnonzero(batch.source.count("digit") + batch.target.count("digit")).tolist()
        scores[rows] = [self.score(pair) for pair in batch.pairs(rows)]
        return scores

    def accept(self, score: Any) -> Any:
        """Not below the smallest share."""
        return score >= self.min


def _plain(numbers: list[str]) -> Counter[str]:
    """The digits of numbers that have any but zeros."""
    digits = ("".join(str(decimal(c)) for c in number if c.isdecimal()).strip("0") for number in numbers)
    return Counter(filter(None, digits))


class Punctuation(BatchFilter):
    """Score: -log(1 + d + s), with d the difference in the numbers of sentence ends and s those beyond one a side.

    The terminal punctuation score of Vazquez et al. (2019), "The University of Helsinki submission to the WMT19
    parallel corpus filtering task", with the marks of more scripts. Off by default: it drops pairs of several
    sentences.
    """

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "-log marks"
    edges: ClassVar[tuple[float, ...]] = (-10, -5, -4, -3, -2.5, -2, -1.5, -1, -0.5, 0)

    min: float = Field(-2, description="smallest score", le=0)

    def scores(self, batch: FilterBatch) -> Scores:
        """The terminal punctuation score, (N,)."""
        source, target = batch.source.count("stop"), batch.target.count("stop")
        beyond = np.maximum(source - 1, 0) + np.maximum(target - 1, 0)
        return -np.log1p(np.abs(source - target) + beyond)

    def accept(self, score: Any) -> Any:
        """Not below the smallest score."""
        return score >= self.min
