"""Unicode normalisation, and the white space that every sentence gets.

Each function works on all sentences as one string, which is many times faster than one by one.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from xlalign.bitext.transforms.base import Transform

_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphen, zero width space, word joiner, byte order mark; the joiners of Persian and Hindi stay."""

_PLAIN, _SPACE, _LINE, _OTHER_SPACE, _UNSEEN = range(5)


def tidy(texts: list[str]) -> list[str]:
    """Single spaces inside, none around (any Unicode white space or line separator), no invisible characters."""
    joined = "\n".join(["", *texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = _kinds()[codes]
    space, line = kinds == _SPACE, kinds == _LINE
    # ["a", " b"] is "\na\n b\n": the space at 3 stands after a line, so row 1 is wrong, and row 0 is left as it is.
    wrong = kinds > _LINE
    wrong[:-1] |= (space[1:] & (space | line)[:-1]) | (space[:-1] & line[1:])
    borders = np.flatnonzero(line)
    whole = len(borders) == len(texts) + 1  # else a sentence holds a line break
    rows = np.unique(np.searchsorted(borders, np.flatnonzero(wrong), "right")) - 1 if whole else np.arange(len(texts))
    if not len(rows):
        return texts
    invisible = dict.fromkeys(np.unique(codes[kinds == _UNSEEN]).tolist())
    changed = list(texts)
    for row in rows.tolist():
        changed[row] = " ".join(texts[row].translate(invisible).split())
    return changed


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """What each code point is to `tidy`."""
    kinds = np.zeros(0x110000, dtype=np.uint8)
    kinds[[code for code in range(0x3001) if chr(code).isspace()]] = _OTHER_SPACE
    kinds[[ord(" "), ord("\n")]] = _SPACE, _LINE
    kinds[[ord(character) for character in _INVISIBLE]] = _UNSEEN
    return kinds


class Nfc(Transform):
    """Composed characters: one code point for é."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The sentences in normalisation form C."""
        return _normalise("NFC", texts)


class Nfkc(Transform):
    """Compatibility characters too: full-width forms and ligatures become plain (which changes Chinese marks)."""

    def apply(self, texts: list[str], lang: str) -> list[str]:
        """The sentences in normalisation form KC."""
        return _normalise("NFKC", texts)


def _normalise(form: Literal["NFC", "NFKC"], texts: list[str]) -> list[str]:
    joined = "\n".join(texts)
    if joined.isascii() or unicodedata.is_normalized(form, joined):
        return texts
    return [unicodedata.normalize(form, text) for text in texts]
