"""Sides of very different length."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores


class Ratio(BatchFilter):
    """Score: (longer + s) / (shorter + s) in words, with s = `smoothing`, so short pairs are judged less hard."""

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "longer / shorter"
    edges: ClassVar[tuple[float, ...]] = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 4, 5, 10, 100)

    max: float = Field(3, description="largest ratio", ge=1)
    smoothing: float = Field(0, description="words added to both sides", ge=0)

    def scores(self, batch: Batch) -> Scores:
        """Ratio of the lengths, (N,)."""
        sizes = np.sort(batch.both(lambda side: side.size), axis=1) + self.smoothing
        return sizes[:, 1] / np.maximum(sizes[:, 0], 1e-9)

    def accept(self, score: Any) -> Any:
        """Below the largest ratio."""
        return score < self.max
