"""Text in another script than the language's."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import FOREIGN_WORD_LENGTH, Batch, Side
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides


class Script(BatchFilter):
    """Score: share of the letters of each side that are in a script of its language; 1 where nothing is known.

    In scripts without spaces a letter counts as the part of a word that it is, so that `打开 Thunderbird` has 0.4.
    """

    unit: ClassVar[str] = "share of letters"

    min: float = Field(0.5, description="smallest share, 0 to 1", ge=0, le=1)

    def scores(self, batch: Batch) -> Scores:
        """Share of expected letters, (N, 2)."""
        return batch.both(_share)

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest share."""
        return both_sides(score >= self.min)


def _share(side: Side) -> Scores:
    if not side.language.scripts:
        return np.ones(len(side.texts))
    own = side.count(*side.language.scripts)
    foreign = (side.letters - own) / (1 if side.language.spaced else FOREIGN_WORD_LENGTH)
    expected = own / side.language.word_length
    return np.where(side.letters > 0, expected / np.maximum(expected + foreign, 1e-9), 1.0)
