"""Control characters and what a decoder leaves where it failed."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores


class Control(BatchFilter):
    """Score: control characters, private use characters and U+FFFD of both sides."""

    unit: ClassVar[str] = "characters"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(0, description="most such characters", ge=0)

    def scores(self, batch: Batch) -> Scores:
        """Control characters of both sides, (N,)."""
        return np.asarray(batch.source.count("control") + batch.target.count("control"), dtype=np.float64)

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max
