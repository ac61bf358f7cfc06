"""Repair of text that a program has damaged."""

from __future__ import annotations

import html
import re

from xlalign.bitext.transforms.base import Transform

_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[A-Za-z]\w+);")
MOJIBAKE = re.compile(
    "\u00e2\u20ac|[\u00c2\u00c3\u00c4\u00c5\u00ce\u00cf\u00d0\u00d1][\u00a1-\u00a9\u00ab-\u00b9\u00bb-\u00bf]|\u00c3\u0178"
)
"""What UTF-8 read as Windows-1252 leaves of quotes and dashes, and of letters outside ASCII."""


class Html(Transform):
    """Entities such as `&amp;` become characters."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The sentences without entities."""
        if not _ENTITY.search("\n".join(texts)):
            return texts
        return [html.unescape(text) if "&" in text else text for text in texts]


class Mojibake(Transform):
    """UTF-8 that was read as Windows-1252 or the like (`GrÃ¼ÃŸe`) becomes what it was, by ftfy."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The sentences repaired; only those with a sign of damage are looked at."""
        if not MOJIBAKE.search("\n".join(texts)):
            return texts
        from ftfy import fix_encoding

        return [fix_encoding(text) if MOJIBAKE.search(text) else text for text in texts]
