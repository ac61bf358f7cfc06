"""Text that was decoded with the wrong encoding."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.bitext.transforms.repair import MOJIBAKE
from xlalign.types import Pair


class Garbled(Filter):
    """Score: places where UTF-8 was read as Windows-1252 (`GrÃ¼ÃŸe`), of both sides together.

    The `mojibake` transform repairs most of them before they come here.
    """

    unit: ClassVar[str] = "places"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(1, description="most such places; one may be a rare but correct sequence", ge=0)

    def score(self, pair: Pair) -> int:
        """Places in both sides."""
        return sum(0 if text.isascii() else len(MOJIBAKE.findall(text)) for text in (pair.source, pair.target))

    def accept(self, score: float) -> bool:
        """Not above the limit."""
        return score <= self.max
