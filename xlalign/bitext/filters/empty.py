"""Pairs with nothing on one side."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores


class Empty(BatchFilter):
    """Score: characters of the shorter side; kept from one on."""

    cost: ClassVar[int] = 0
    unit: ClassVar[str] = "characters of the shorter side"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)

    def scores(self, batch: Batch) -> Scores:
        """Characters of the shorter side, (N,)."""
        return np.minimum(batch.source.lengths, batch.target.lengths).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Something on both sides."""
        return score > 0
