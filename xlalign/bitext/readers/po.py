"""PO, the message catalogues of GNU gettext: `msgid` in the first language, `msgstr` in the second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xlalign.bitext.readers.lines import lines
from xlalign.bitext.readers.request import Request
from xlalign.bitext.sources.base import Row
from xlalign.errors import DataError

_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(?=")')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def read_po(path: Path, request: Request) -> Iterator[Row]:
    """Pairs of a PO file without the header and without fuzzy, obsolete and untranslated messages.

    Of a message with plural forms, the singular with its first translation.

    Raises:
        DataError: a line that is not PO (with line).
    """
    entry, current, fuzzy, first = dict[str, str](), "", False, 1
    for number, line in enumerate(lines(path), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            if _starts_new(entry, text):
                yield from _rows(entry, fuzzy, first)
                entry, fuzzy = {}, False
            fuzzy |= text.startswith("#,") and "fuzzy" in text
            continue
        keyword = _KEYWORD.match(text)
        if keyword and keyword[1] in ("msgid", "msgctxt") and "msgstr" in entry:
            yield from _rows(entry, fuzzy, first)
            entry, fuzzy = {}, False
        if keyword:
            current, text = keyword[1].removesuffix("[0]"), text[keyword.end() :]
            first = number if current == "msgid" else first
        entry[current] = entry.get(current, "") + _string(path, number, text, current)
    yield from _rows(entry, fuzzy, first)


def _starts_new(entry: dict[str, str], text: str) -> bool:
    """Whether a blank line or comment ends the message before it."""
    return "msgstr" in entry or (not text and bool(entry))


def _rows(entry: dict[str, str], fuzzy: bool, number: int) -> Iterator[Row]:
    source, target = entry.get("msgid", ""), entry.get("msgstr", "")
    if source and target and not fuzzy:
        yield Row(number, source, target)


def _string(path: Path, number: int, text: str, current: str) -> str:
    match = _STRING.match(text)
    if not match or not current:
        raise DataError(f"{path}:{number}: not PO: {text[:60]!r}", "check it: msgfmt --check FILE")
    return _ESCAPE.sub(_unescape, match[1])


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _PLAIN.get(code, code)
