"""Text that was decoded with the wrong encoding."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import HintFilter
from xlalign.bitext.transforms.repair import MOJIBAKE
from xlalign.types import Pair


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
