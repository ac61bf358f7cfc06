"""TMX (Translation Memory eXchange 1.4), read as a stream.

Entities beyond the five of XML are refused, so neither a file of this machine nor a bomb can come in through one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from xlalign.bitext import languages
from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import blocks
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.errors import DataError, UserError, shown

MAX_CHARACTERS = 1 << 20
"""Characters of one segment; more is a damaged file."""

MAX_TOKEN_BYTES = 1 << 22
"""Bytes of one tag or comment, which the parser holds until its end."""

MAX_DEPTH = 1_000
HIDDEN = frozenset({"bpt", "ept", "ph", "it", "ut"})
"""Elements inside a TMX segment that hold formatting codes, not text."""


class TmxReader(Reader):
    """Pairs of a TMX file: units that have both languages; a variant such as `en-GB` counts as its language."""

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: not well-formed XML (with line), or a document type with entities.
        """
        yield from _parse(path, _Tmx(wanted.languages))


def _parse(path: Path, handler: _Tmx) -> Iterator[RawPair]:
    parser = expat.ParserCreate()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = lambda name: handler.end(name, parser.CurrentLineNumber)
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = _refuse_entity
    parser.ExternalEntityRefHandler = lambda *_: 0
    try:
        fed = 0
        for block in blocks(path):
            parser.Parse(block, False)
            fed += len(block)
            if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                raise _BadMarkup(f"a tag or comment of more than {MAX_TOKEN_BYTES:,} bytes")  # noqa: TRY301
            yield from handler.take()
        parser.Parse(b"", True)
    except (expat.ExpatError, _BadMarkup) as error:
        line = getattr(error, "lineno", None) or parser.CurrentLineNumber
        message = f"{path}:{line}: not well-formed TMX ({shown(str(error))})"
        raise DataError(message, "check it: xmllint --noout FILE") from None
    except (LookupError, ValueError) as error:  # an encoding that Python or expat does not know
        raise DataError(f"{path}:{parser.CurrentLineNumber}: cannot decode ({error})", "convert it to UTF-8") from None
    yield from handler.take()


class _BadMarkup(Exception):  # noqa: N818 - turned into a DataError with its line
    """What the XML parser accepts but we do not."""


def _refuse_entity(name: str, *_: Any) -> None:
    raise _BadMarkup(f"it declares the entity `{name}`")


class _Tmx:
    """Collects the segments of one translation unit at a time."""

    def __init__(self, wanted: LanguagePair) -> None:
        self._wanted = wanted
        self._rows: list[RawPair] = []
        self._unit: dict[str, str] = {}
        self._lang: str | None = None
        self._pieces: list[str] | None = None
        self._length = 0
        self._hidden = 0
        self._depth = 0

    def take(self) -> list[RawPair]:
        """The rows since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _BadMarkup(f"more than {MAX_DEPTH:,} elements inside each other")
        if name == "tu":
            self._unit = {}
        elif name == "tuv":
            self._lang = _language(attributes.get("xml:lang") or attributes.get("lang") or "", self._wanted)
        elif name == "seg":
            self._pieces, self._length, self._hidden = [], 0, 0
        elif name in HIDDEN:
            self._hidden += 1

    def end(self, name: str, line: int) -> None:
        self._depth -= 1
        if name == "seg" and self._pieces is not None:
            if self._lang:
                self._unit.setdefault(self._lang, "".join(self._pieces))
            self._pieces = None
        elif name in HIDDEN:
            self._hidden -= 1
        elif name == "tu" and all(lang in self._unit for lang in self._wanted):
            source, target = self._wanted
            self._rows.append(RawPair(line, self._unit[source], self._unit[target]))

    def text(self, data: str) -> None:
        if self._pieces is None or self._hidden:
            return
        self._pieces.append(data)
        self._length += len(data)
        if self._length > MAX_CHARACTERS:
            raise _BadMarkup(f"a segment of more than {MAX_CHARACTERS:,} characters")


def _language(code: str, wanted: LanguagePair) -> str | None:
    """The wanted language that a code such as `en-GB` or `DEU` stands for."""
    exact = code.replace("-", "_")
    if exact in wanted:
        return exact
    try:
        base = languages.normalise(exact.partition("_")[0].lower())
    except UserError:
        return None
    return base if base in wanted else None
