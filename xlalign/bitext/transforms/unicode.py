"""Unicode normalisation, and the white space that every sentence gets.

Each function first looks at all sentences as one string, because most batches need no change.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]+")
"""Soft hyphen, zero width space, word joiner, byte order mark; the joiners of Persian and Hindi stay."""


def tidy(texts: list[str]) -> list[str]:
    """Single spaces inside, none around (any Unicode white space or line separator), no invisible characters."""
    if _INVISIBLE.search("\n".join(texts)):
        texts = [_INVISIBLE.sub("", text) for text in texts]
    return [" ".join(text.split()) for text in texts]


def nfc(texts: list[str], _lang: str) -> list[str]:
    """Composed characters: one code point for é."""
    return _normalise("NFC", texts)


def nfkc(texts: list[str], _lang: str) -> list[str]:
    """Compatibility characters too: full-width forms and ligatures become plain (which changes Chinese marks)."""
    return _normalise("NFKC", texts)


def _normalise(form: Literal["NFC", "NFKC"], texts: list[str]) -> list[str]:
    joined = "\n".join(texts)
    if joined.isascii() or unicodedata.is_normalized(form, joined):
        return texts
    return [unicodedata.normalize(form, text) for text in texts]
