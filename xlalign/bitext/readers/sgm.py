"""SGM, the files of WMT test sets until 2020: a source and a reference file with the same numbered segments.

They are not XML (bare `&`, unquoted attributes), so segments are found by their tags alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from xlalign.bitext.readers.archive import Place
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown

# `[^<>]*` ends at the next tag: a search for `>` alone would run through the rest of the line from every `<doc`.
_TAG = re.compile(r"<(/?)(doc|seg)\b([^<>]*)>", re.IGNORECASE)
_DOCID = re.compile(r"\bdocid\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)
_ID = re.compile(r"\bid\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)
MAX_LINES = 200
"""Lines of one segment; more means that its end is missing."""

MAX_CHARACTERS = 1 << 20


class Segment(NamedTuple):
    """One segment: where it starts, its document and number, its text."""

    line: int
    key: tuple[str, str]
    text: str


def read_sgm(source: Place, target: Place) -> Iterator[RawPair]:
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
            keys = " and ".join(shown(str(found and found.key)) for found in (one, other))
            message = f"{places[0]} and {places[1]}: not the same segment ({keys})"
            raise DataError(message, "both files must hold the same documents in the same order")
        yield RawPair(one.line, one.text, other.text)


def segments(path: Place) -> Iterator[Segment]:
    """The segments of an SGM file."""
    document, number, start, size, pieces = "", "", 0, 0, list[str]()
    for place, line in enumerate(lines(path), 1):
        done = 0
        for tag in _TAG.finditer(line):
            closing, name, attributes = tag[1], tag[2].lower(), tag[3]
            if start and name == "seg" and closing:
                pieces.append(line[done : tag.start()])
                yield Segment(start, (document, number), html.unescape(" ".join(pieces)).strip())
                start = 0
            elif not start and not closing and name == "doc":
                document = _value(_DOCID, attributes) or document
            elif not start and not closing:
                start, number, size, pieces, done = place, _value(_ID, attributes), 0, [], tag.end()
        if start:
            pieces.append(line[done:])
            size += len(line) - done
            if place - start > MAX_LINES or size > MAX_CHARACTERS:
                break
    if start:
        raise DataError(f"{path}:{start}: a <seg> without </seg>", "the file may be cut short: fetch it again")


def _value(pattern: re.Pattern[str], attributes: str) -> str:
    found = pattern.search(attributes)
    return found[1] if found else ""
