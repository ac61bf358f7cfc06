"""Pairs whose words have no counterparts."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext import models
from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides


class Links(BatchFilter):
    """Score: mean probability of the best link of a word, of each side; needs `links` in [prepare]. Off by default.

    A word without a link counts as 0. The links are those of a statistical aligner that an align-words stage has
    trained, on a bitext of another prepare stage.
    """

    cost: ClassVar[int] = 3
    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "probability of a link"

    min: float = Field(0.3, description="smallest mean, 0 to 1", ge=0, le=1)

    def scores(self, batch: Batch) -> Scores:
        """Means of source and target, (N, 2)."""
        return models.current().linked(batch.source.texts, batch.target.texts, (batch.source.lang, batch.target.lang))

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest mean."""
        return both_sides(score >= self.min)
