"""What the characters are: letters of the language's script, or tables, codes and what a decoder leaves."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import FOREIGN_WORD_LENGTH, BatchSide, FilterBatch
from xlalign.bitext.filters.base import BatchFilter, HintFilter, Scores, both_sides
from xlalign.bitext.transforms.repair import MOJIBAKE
from xlalign.types import Pair


class Alphabetic(BatchFilter):
    """Score: letters over characters other than spaces, of each side."""

    unit: ClassVar[str] = "share of characters"

    min: float = Field(0.5, description="smallest share, 0 to 1", ge=0, le=1)

    def scores(self, batch: FilterBatch) -> Scores:
        """Share of letters, (N, 2)."""
        return batch.both(_letters)

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest share."""
        return both_sides(score >= self.min)


def _letters(side: BatchSide) -> Scores:
    return side.letters / np.maximum(side.lengths - side.count("space"), 1)


class Script(BatchFilter):
    """Score: share of the letters of each side that are in a script of its language; 1 where nothing is known.

    In scripts without spaces a letter counts as the part of a word that it is, so that `打开 Thunderbird` has 0.4.
    """

    unit: ClassVar[str] = "share of letters"

    min: float = Field(0.5, description="smallest share, 0 to 1", ge=0, le=1)

    def scores(self, batch: FilterBatch) -> Scores:
        """Share of expected letters, (N, 2)."""
        return batch.both(_own_script)

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest share."""
        return both_sides(score >= self.min)


def _own_script(side: BatchSide) -> Scores:
    if not side.language.scripts:
        return np.ones(len(side.texts))
    # 打开 Thunderbird: 2 / 1.65 = 1.2 words of its own against 11 / 6 = 1.8 foreign ones, 1.2 / (1.2 + 1.8) = 0.4.
    own = side.count(*side.language.scripts)
    foreign = (side.letters - own) / (1 if side.language.spaced else FOREIGN_WORD_LENGTH)
    expected = own / side.language.word_length
    return np.where(side.letters > 0, expected / np.maximum(expected + foreign, 1e-9), 1.0)


class Control(BatchFilter):
    """Score: control characters, private use characters and U+FFFD of both sides."""

    unit: ClassVar[str] = "characters"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(0, description="most such characters", ge=0)

    def scores(self, batch: FilterBatch) -> Scores:
        """Control characters of both sides, (N,)."""
        return np.asarray(batch.source.count("control") + batch.target.count("control"), dtype=np.float64)

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max


class Garbled(HintFilter):
    """Score: places where UTF-8 was read as Windows-1252 (`GrÃ¼ÃŸe`), of both sides together.

    The `mojibake` transform repairs most of them before they come here.
    """

    hints: ClassVar[tuple[str, ...]] = (*"\u00c2\u00c3\u00c4\u00c5\u00ce\u00cf\u00d0\u00d1", "\u00e2\u20ac")
    unit: ClassVar[str] = "places"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(1, description="most such places; one may be a rare but correct sequence", ge=0)

    def score(self, pair: Pair) -> int:
        """Places in both sides."""
        return len(MOJIBAKE.findall(pair.source)) + len(MOJIBAKE.findall(pair.target))

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max
