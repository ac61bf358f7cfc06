"""Sentences that are too short or too long."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides


class Length(BatchFilter):
    """Score: words of each side; in scripts without spaces, characters over the usual length of a word."""

    unit: ClassVar[str] = "words"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 500)

    min: float = Field(1, description="fewest words of either side", ge=0)
    max: float = Field(100, description="most words of either side", gt=0)

    def scores(self, batch: Batch) -> Scores:
        """Words of source and target, (N, 2)."""
        return batch.both(lambda side: side.size)

    def accept(self, score: Any) -> Any:
        """Both sides within the limits; one character of Chinese counts as a whole word at the lower one."""
        return both_sides((score > self.min - 1) & (score <= self.max))
