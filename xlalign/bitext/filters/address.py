"""Text that is mostly web or mail addresses."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.types import Pair

_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.-]+", re.IGNORECASE)
_HINTS = ("://", "www.", "WWW.", "@")


class Address(Filter):
    """Score: characters in addresses over all characters, of the side that has more."""

    unit: ClassVar[str] = "share of characters"

    max: float = Field(0.5, description="largest share, 0 to 1", ge=0, le=1)

    def score(self, pair: Pair) -> float:
        """Share of addresses."""
        return max(_share(pair.source), _share(pair.target))

    def accept(self, score: float) -> bool:
        """Not above the largest share."""
        return score <= self.max


def _share(text: str) -> float:
    if not any(hint in text for hint in _HINTS):
        return 0.0
    return sum(len(match.group()) for match in _ADDRESS.finditer(text)) / len(text)
