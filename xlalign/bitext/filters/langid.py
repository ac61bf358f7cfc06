"""Text in another language than it claims."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch, Side
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides
from xlalign.bitext.identify import identifier


class Langid(BatchFilter):
    """Score: probability of the language of each side over that of the likeliest one.

    Candidates are the pair, what is confused with it, and common languages. The score is 1 where nothing can be
    said: few letters, or a language the model lacks. A ratio rather than the probability itself, because foreign
    names spread the probability over many languages without making any of them likely.
    """

    cost: ClassVar[int] = 3
    unit: ClassVar[str] = "probability over the likeliest"

    min: float = Field(0.1, description="smallest ratio of probabilities, 0 to 1", ge=0, le=1)
    min_letters: int = Field(20, description="a side with fewer letters is not judged", ge=0)

    def scores(self, batch: Batch) -> Scores:
        """Ratios for the claimed languages, (N, 2)."""
        known = identifier((batch.source.language.code, batch.target.language.code))
        return np.stack([self._side(known, side) for side in (batch.source, batch.target)], axis=1)

    def _side(self, known: Any, side: Side) -> Scores:
        scores = np.ones(len(side.texts))
        judged = np.flatnonzero(side.letters >= self.min_letters)
        if side.language.code in known.languages and len(judged):
            found = known.probabilities([side.texts[i] for i in judged.tolist()])
            scores[judged] = found[:, known.languages.index(side.language.code)] / found.max(axis=1)
        return scores

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest ratio."""
        return both_sides(score >= self.min)
