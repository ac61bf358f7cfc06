"""What web pages leave in text: tags, entities and addresses."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import HintFilter
from xlalign.types import Pair

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(\s[^<>]*)?/?>|<!--|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});")
_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.-]+", re.IGNORECASE)


class Markup(HintFilter):
    """Score: tags and entities of both sides together."""

    hints: ClassVar[tuple[str, ...]] = ("<", "&")
    unit: ClassVar[str] = "tags"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(0, description="most tags and entities", ge=0)

    def score(self, pair: Pair) -> int:
        """Tags and entities of both sides."""
        return len(_TAG.findall(pair.source)) + len(_TAG.findall(pair.target))

    def accept(self, score: Any) -> Any:
        """Not above the limit."""
        return score <= self.max


class Address(HintFilter):
    """Score: characters in web and mail addresses over all characters, of the side that has more."""

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
