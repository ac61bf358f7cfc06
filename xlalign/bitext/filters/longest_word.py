"""Very long words: addresses, paths, lost spaces."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch, Side
from xlalign.bitext.characters import Ints
from xlalign.bitext.filters.base import BatchFilter, Scores


class LongestWord(BatchFilter):
    """Score: characters of the longest word of both sides; scripts without spaces do not count."""

    unit: ClassVar[str] = "characters"
    edges: ClassVar[tuple[float, ...]] = (0, 5, 10, 15, 20, 25, 30, 35, 40, 50, 75, 100, 1000)

    max: int = Field(40, description="most characters between two spaces", ge=1)

    def scores(self, batch: Batch) -> Scores:
        """Characters of the longest word, (N,)."""
        return np.maximum(_longest(batch.source), _longest(batch.target)).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max


def _longest(side: Side) -> Ints:
    return side.longest_word if side.language.spaced else np.zeros_like(side.longest_word)
