"""Unicode normalisation, and the white space that every sentence gets.

Each function first looks at all sentences as one string, because most batches need no change.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphen, zero width space, word joiner, byte order mark; the joiners of Persian and Hindi stay."""

_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}]+")
_SPACES = [character for character in map(chr, range(0x3001)) if character.isspace() and character not in " \n"]
_ASCII_BLEMISHES = ["  ", " \n", "\n ", *filter(str.isascii, _SPACES)]
_OTHER_BLEMISHES = [character for character in _SPACES if not character.isascii()]


def tidy(texts: list[str]) -> list[str]:
    """Single spaces inside, none around (any Unicode white space or line separator), no invisible characters."""
    joined = "\n".join(["", *texts, ""])
    blemishes = _ASCII_BLEMISHES
    if not joined.isascii():
        blemishes = _ASCII_BLEMISHES + _OTHER_BLEMISHES
        if any(character in joined for character in _INVISIBLE):
            texts = [_ANY_INVISIBLE.sub("", text) for text in texts]
            joined = "\n".join(["", *texts, ""])
    if joined.count("\n") == len(texts) + 1 and not any(blemish in joined for blemish in blemishes):
        return texts
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
