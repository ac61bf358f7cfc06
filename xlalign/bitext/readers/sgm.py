"""SGM, the files of WMT test sets until 2020: a source and a reference file with the same numbered segments.

They are not XML (bare `&`, unquoted attributes), so segments are found by their tags alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError

_DOC = re.compile(r"<doc\b[^>]*?\bdocid\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)
_OPEN = re.compile(r"<seg\b([^>]*)>", re.IGNORECASE)
_ID = re.compile(r"\bid\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)
_CLOSE = re.compile(r"</seg\s*>", re.IGNORECASE)
MAX_LINES = 200
"""Lines of one segment; more means that its end is missing."""


class Segment(NamedTuple):
    """One segment: where it starts, its document and number, its text."""

    line: int
    key: tuple[str, str]
    text: str


def read_sgm(source: Path, target: Path) -> Iterator[RawPair]:
    """Segment n of one file with segment n of the other, which must have the same document and number.

    Raises:
        DataError: the files do not go together, or a segment has no end.
    """
    for one, other in zip_longest(segments(source), segments(target)):
        if one is None or other is None or one.key != other.key:
            places = [
                f"{path}:{found.line}" if found else f"{path} (at its end)"
                for path, found in ((source, one), (target, other))
            ]
            message = f"{places[0]} and {places[1]}: not the same segment ({one and one.key} and {other and other.key})"
            raise DataError(message, "both files must hold the same documents in the same order")
        yield RawPair(one.line, one.text, other.text)


def segments(path: Path) -> Iterator[Segment]:
    """The segments of an SGM file."""
    document, attributes, start, pieces = "", "", 0, list[str]()
    for number, line in enumerate(lines(path), 1):
        rest = line
        while rest:
            if not start:
                opening = _OPEN.search(rest)
                found = _DOC.search(rest[: opening.start()] if opening else rest)
                document = found[1] if found else document
                if not opening:
                    break
                start, attributes, pieces, rest = number, opening[1], [], rest[opening.end() :]
            closing = _CLOSE.search(rest)
            if not closing:
                pieces.append(rest)
                break
            pieces.append(rest[: closing.start()])
            identity = _ID.search(attributes)
            yield Segment(start, (document, identity[1] if identity else ""), html.unescape(" ".join(pieces)).strip())
            start, rest = 0, rest[closing.end() :]
        if start and number - start > MAX_LINES:
            break
    if start:
        raise DataError(f"{path}:{start}: a <seg> without </seg>", "the file may be cut short: fetch it again")
