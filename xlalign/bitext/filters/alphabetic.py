"""Text that is mostly not letters: tables, codes, markup."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch, Side
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides


class Alphabetic(BatchFilter):
    """Score: letters over characters other than spaces, of each side."""

    unit: ClassVar[str] = "share of characters"

    min: float = Field(0.5, description="smallest share, 0 to 1", ge=0, le=1)

    def scores(self, batch: Batch) -> Scores:
        """Share of letters, (N, 2)."""
        return batch.both(_share)

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest share."""
        return both_sides(score >= self.min)


def _share(side: Side) -> Scores:
    return side.letters / np.maximum(side.lengths - side.count("space"), 1)
