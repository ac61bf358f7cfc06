"""Pairs in which only one side asks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.types import Pair

MARKS = "?？؟"


class Question(Filter):
    """Score: question marks of the source minus those of the target, without sign."""

    unit: ClassVar[str] = "question marks"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3)

    max: int = Field(0, description="largest difference that is kept", ge=0)

    def score(self, pair: Pair) -> float:
        """The difference for one pair."""
        return abs(_marks(pair.source) - _marks(pair.target))

    def accept(self, score: float) -> bool:
        """Both sides ask equally often."""
        return score <= self.max


def _marks(text: str) -> int:
    return sum(text.count(mark) for mark in MARKS)
