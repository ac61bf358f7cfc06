"""Pairs whose sentence vectors are no nearer to each other than to their neighbours."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext import models
from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores
from xlalign.bitext.margin import pair_margins


class Embedding(BatchFilter):
    """Score: ratio margin of the pair's sentence vectors; needs `encoder` in [prepare]. Off by default.

    Artetxe and Schwenk (2019), "Margin-based parallel corpus mining", equation 3. We differ in where neighbours are
    sought: in the block of up to 5,000 pairs of the corpus that is cleaned at a time, not in the whole of it, so
    that a corpus of any size is filtered in one pass. A block of fewer than `block` pairs says nothing: 2.
    """

    cost: ClassVar[int] = 4
    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "ratio margin"
    edges: ClassVar[tuple[float, ...]] = tuple(round(0.5 + i / 20, 2) for i in range(31))

    min: float = Field(1.02, description="smallest ratio of the pair's cosine to that of its neighbours", ge=0)
    neighbours: int = Field(4, description="neighbours of each sentence", ge=1)
    block: int = Field(50, description="fewest pairs among which neighbours are sought", ge=1)

    def scores(self, batch: Batch) -> Scores:
        """Margins, (N,)."""
        if len(batch) < self.block:
            return np.full(len(batch), self.edges[-1])
        known = models.current()
        source, target = known.vectors(batch.source.texts), known.vectors(batch.target.texts)
        return pair_margins(source, target, self.neighbours).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Not below the smallest margin."""
        return score >= self.min
