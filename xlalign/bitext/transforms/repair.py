"""Repair of text that a program has damaged."""

from __future__ import annotations

import html as _html
import re

_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[A-Za-z]\w+);")
_CONTINUATION = "".join(chr(code) for code in range(0x80, 0xC0)) + bytes(
    code for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"
).decode("cp1252")
_MOJIBAKE = re.compile(f"[\u00c2-\u00f4][{_CONTINUATION}]")
"""The first byte of a UTF-8 character and a following one, both read as Windows-1252."""


def html(texts: list[str], _lang: str) -> list[str]:
    """Entities such as `&amp;` become characters."""
    if not _ENTITY.search("\n".join(texts)):
        return texts
    return [_html.unescape(text) if "&" in text else text for text in texts]


def mojibake(texts: list[str], _lang: str) -> list[str]:
    """UTF-8 that was read as Windows-1252 (`GrÃ¼ÃŸe`) becomes what it was; anything else stays as it is."""
    if not _MOJIBAKE.search("\n".join(texts)):
        return texts
    return [_reread(text) if _MOJIBAKE.search(text) else text for text in texts]


def _reread(text: str) -> str:
    try:
        return b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return text


def _byte(character: str) -> bytes:
    """The Windows-1252 byte of a character; the five bytes it leaves undefined stand for themselves."""
    return character.encode("latin-1" if character in "\x81\x8d\x8f\x90\x9d" else "cp1252")
