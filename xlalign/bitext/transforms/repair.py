"""Repair of text that a program has damaged."""

from __future__ import annotations

import html as _html
import re

_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[A-Za-z]\w+);")
MOJIBAKE = re.compile(
    "\u00e2\u20ac|[\u00c2\u00c3\u00c4\u00c5\u00ce\u00cf\u00d0\u00d1][\u00a1-\u00a9\u00ab-\u00b9\u00bb-\u00bf]|\u00c3\u0178"
)
"""What UTF-8 read as Windows-1252 leaves of quotes and dashes, and of letters outside ASCII."""


def html(texts: list[str], _lang: str) -> list[str]:
    """Entities such as `&amp;` become characters."""
    if not _ENTITY.search("\n".join(texts)):
        return texts
    return [_html.unescape(text) if "&" in text else text for text in texts]


def mojibake(texts: list[str], _lang: str) -> list[str]:
    """UTF-8 that was read as Windows-1252 (`GrÃ¼ÃŸe`) becomes what it was; anything else stays as it is."""
    if not MOJIBAKE.search("\n".join(texts)):
        return texts
    return [_reread(text) if MOJIBAKE.search(text) else text for text in texts]


def _reread(text: str) -> str:
    try:
        return b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return text


def _byte(character: str) -> bytes:
    """The Windows-1252 byte of a character; the five bytes it leaves undefined stand for themselves."""
    return character.encode("latin-1" if character in "\x81\x8d\x8f\x90\x9d" else "cp1252")
