"""PO, the message catalogues of GNU gettext: `msgid` in the first language, `msgstr` in the second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError

MAX_CHARACTERS = 1 << 20
"""Characters of one message; more means that its end is missing."""

_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(?=")')
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"\s*$')
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass
class Message:
    """A message as far as it is read: its strings by keyword, and the line on which `msgid` stands."""

    line: int = 1
    fuzzy: bool = False
    size: int = 0
    pieces: dict[str, list[str]] = field(default_factory=dict)

    def row(self) -> Iterator[RawPair]:
        """The pair, unless it is the header, fuzzy or untranslated."""
        source, target = ("".join(self.pieces.get(name, ())) for name in ("msgid", "msgstr"))
        if source and target and not self.fuzzy:
            yield RawPair(self.line, source, target)

    def ends_at(self, text: str) -> bool:
        """Whether a blank line or comment ends it."""
        return "msgstr" in self.pieces or (not text and bool(self.pieces))


class PoReader(Reader):
    """Pairs of a PO file without the header and without fuzzy, obsolete and untranslated messages.

    Of a message with plural forms, the singular with its first translation.
    """

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: a line that is not PO (with line), or a message without end.
        """
        message, current = Message(), ""
        for number, line in enumerate(lines(path), 1):
            text = line.strip()
            if not text or text.startswith("#"):
                if message.ends_at(text):
                    yield from message.row()
                    message = Message()
                message.fuzzy |= text.startswith("#,") and "fuzzy" in text
                continue
            keyword = _KEYWORD.match(text)
            if keyword and keyword[1] in ("msgid", "msgctxt") and "msgstr" in message.pieces:
                yield from message.row()
                message = Message()
            if keyword:
                current, text = keyword[1].removesuffix("[0]"), text[keyword.end() :]
                message.line = number if current == "msgid" else message.line
            _add(message, current, _string(path, number, text, current), path)
        yield from message.row()


def _add(message: Message, keyword: str, text: str, path: Path) -> None:
    message.pieces.setdefault(keyword, []).append(text)
    message.size += len(text) + 1
    if message.size > MAX_CHARACTERS:
        raise DataError(
            f"{path}:{message.line}: a message of more than {MAX_CHARACTERS:,} characters", "is a line `msgid` missing?"
        )


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
