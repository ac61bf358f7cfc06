"""Text that is mostly web or mail addresses."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import HintFilter
from xlalign.types import Pair

_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.-]+", re.IGNORECASE)


class Address(HintFilter):
    """Score: characters in addresses over all characters, of the side that has more."""

    hints: ClassVar[tuple[str, ...]] = ("://", "www.", "WWW.", "@")
    unit: ClassVar[str] = "share of characters"

    max: float = Field(0.5, description="largest share, 0 to 1", ge=0, le=1)

    def score(self, pair: Pair) -> float:
        """Share of addresses."""
        return max(_share(pair.source), _share(pair.target))

    def accept(self, score: Any) -> Any:
        """Not above the largest share."""
        return score <= self.max


def _share(text: str) -> float:
    return sum(len(match.group()) for match in _ADDRESS.finditer(text)) / max(len(text), 1)
