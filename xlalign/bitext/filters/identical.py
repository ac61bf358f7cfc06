"""Untranslated pairs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores


class Identical(BatchFilter):
    """Score: 1 where both sides have the same letters and digits in the same order, else 0; kept at 0."""

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "1 = identical"
    edges: ClassVar[tuple[float, ...]] = (0, 0.5, 1)

    def scores(self, batch: Batch) -> Scores:
        """1 where the sides are the same, (N,)."""
        return (batch.source.keys == batch.target.keys).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """The sides differ."""
        return score < 1
