"""Tags of HTML or XML in the text."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.filters.base import HintFilter
from xlalign.types import Pair

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(\s[^<>]*)?/?>|<!--|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});")


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
