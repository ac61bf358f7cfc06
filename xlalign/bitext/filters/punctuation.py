"""Sentence ends that differ between the sides."""

from __future__ import annotations

from math import log
from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.types import Pair

_ENDS = ".?!…。？！।؟։"


class Punctuation(Filter):
    """Score: -log(1 + d + s), with d the difference in the numbers of sentence ends and s those beyond one a side.

    The terminal punctuation score of Vazquez et al. (2019), "The University of Helsinki submission to the WMT19
    parallel corpus filtering task", with the marks of more scripts. Off by default: it drops pairs of several
    sentences.
    """

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "-log marks"
    edges: ClassVar[tuple[float, ...]] = (-10, -5, -4, -3, -2.5, -2, -1.5, -1, -0.5, 0)

    min: float = Field(-2, description="smallest score", le=0)

    def score(self, pair: Pair) -> float:
        """The terminal punctuation score."""
        source, target = _ends(pair.source), _ends(pair.target)
        return -log(1 + abs(source - target) + max(source - 1, 0) + max(target - 1, 0))

    def accept(self, score: float) -> bool:
        """Not below the smallest score."""
        return score >= self.min


def _ends(text: str) -> int:
    return sum(map(text.count, ".?!" if text.isascii() else _ENDS))
