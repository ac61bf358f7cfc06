"""Tags of HTML or XML in the text."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import Filter
from xlalign.types import Pair

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(\s[^<>]*)?/?>|<!--|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});")


class Markup(Filter):
    """Score: tags and entities of both sides together."""

    unit: ClassVar[str] = "tags"
    edges: ClassVar[tuple[float, ...]] = (0, 1, 2, 3, 5, 10, 100)

    max: int = Field(0, description="most tags and entities", ge=0)

    def score(self, pair: Pair) -> int:
        """Tags and entities of both sides."""
        return sum(_count(text) for text in (pair.source, pair.target))

    def accept(self, score: float) -> bool:
        """Not above the limit."""
        return score <= self.max


def _count(text: str) -> int:
    return len(_TAG.findall(text)) if "<" in text or "&" in text else 0
