"""TMX (Translation Memory eXchange 1.4) and XLIFF (1.2 and 2), read as streams.

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
"""Elements inside a segment that hold formatting codes, not text."""


class TmxReader(Reader):
    """Pairs of a TMX file: units that have both languages; a variant such as `en-GB` counts as its language."""

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: not well-formed XML (with line), or a document type with entities.
        """
        yield from _parse(path, _Tmx(wanted.languages), "TMX")


class XliffReader(Reader):
    """Pairs of an XLIFF file of version 1.2 or 2: segments with a target, from files in the two languages.

    A file that does not say its languages is taken to be in the requested ones, in their order. Suggestions of other
    translations (`alt-trans`, `match`) do not count.
    """

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: not well-formed XML (with line), or a document type with entities.
        """
        yield from _parse(path, _Xliff(wanted.languages), "XLIFF")


def _parse(path: Path, handler: _Segments, what: str) -> Iterator[RawPair]:
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
        message = f"{path}:{line}: not well-formed {what} ({shown(str(error))})"
        raise DataError(message, "check it: xmllint --noout FILE") from None
    except (LookupError, ValueError) as error:  # an encoding that Python or expat does not know
        raise DataError(f"{path}:{parser.CurrentLineNumber}: cannot decode ({error})", "convert it to UTF-8") from None
    yield from handler.take()


class _BadMarkup(Exception):  # noqa: N818 - turned into a DataError with its line
    """What the XML parser accepts but we do not."""


def _refuse_entity(name: str, *_: Any) -> None:
    raise _BadMarkup(f"it declares the entity `{name}`")


class _Segments:
    """Collects the text of one segment at a time; a format says what its elements mean."""

    def __init__(self, wanted: LanguagePair) -> None:
        self.wanted = wanted
        self.rows: list[RawPair] = []
        self._pieces: list[str] | None = None
        self._length = self._hidden = self._depth = 0

    def take(self) -> list[RawPair]:
        """The rows since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _BadMarkup(f"more than {MAX_DEPTH:,} elements inside each other")
        name = name.rpartition(":")[2]
        self._hidden += name in HIDDEN
        self.began(name, attributes)

    def end(self, name: str, line: int) -> None:
        self._depth -= 1
        name = name.rpartition(":")[2]
        self._hidden -= name in HIDDEN
        self.ended(name, line)

    def text(self, data: str) -> None:
        if self._pieces is None or self._hidden:
            return
        self._pieces.append(data)
        self._length += len(data)
        if self._length > MAX_CHARACTERS:
            raise _BadMarkup(f"a segment of more than {MAX_CHARACTERS:,} characters")

    def collect(self) -> None:
        """Begin a segment."""
        self._pieces, self._length, self._hidden = [], 0, 0

    def collected(self) -> str | None:
        """The segment, which ends here; None where none began."""
        pieces, self._pieces = self._pieces, None
        return None if pieces is None else "".join(pieces)

    def began(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        raise NotImplementedError

    def ended(self, name: str, line: int) -> None:
        """An element ends."""
        raise NotImplementedError


class _Tmx(_Segments):
    def __init__(self, wanted: LanguagePair) -> None:
        super().__init__(wanted)
        self._unit: dict[str, str] = {}
        self._lang: str | None = None

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tu":
            self._unit = {}
        elif name == "tuv":
            self._lang = _language(attributes.get("xml:lang") or attributes.get("lang") or "", self.wanted)
        elif name == "seg":
            self.collect()

    def ended(self, name: str, line: int) -> None:
        if name == "seg" and (text := self.collected()) is not None:
            if self._lang:
                self._unit.setdefault(self._lang, text)
        elif name == "tu" and all(lang in self._unit for lang in self.wanted):
            source, target = self.wanted
            self.rows.append(RawPair(line, self._unit[source], self._unit[target]))


class _Xliff(_Segments):
    def __init__(self, wanted: LanguagePair) -> None:
        super().__init__(wanted)
        self._languages: dict[str, str | None] = dict(zip(("source", "target"), wanted, strict=True))
        self._texts: dict[str, str] = {}
        self._suggestions = 0

    def began(self, name: str, attributes: dict[str, str]) -> None:
        for side, keys in {"source": ("source-language", "srcLang"), "target": ("target-language", "trgLang")}.items():
            stated = next((attributes[key] for key in keys if key in attributes), "")
            if name in ("xliff", "file") and stated:
                self._languages[side] = _language(stated, self.wanted)
        if name in ("alt-trans", "match"):
            self._suggestions += 1
        elif name in ("trans-unit", "segment"):
            self._texts = {}
        elif name in self._languages and not self._suggestions:
            self.collect()

    def ended(self, name: str, line: int) -> None:
        if name in ("alt-trans", "match"):
            self._suggestions -= 1
        elif name in self._languages and not self._suggestions:
            self._texts[name] = self.collected() or ""
        elif name in ("trans-unit", "segment") and all(self._texts.get(side, "").strip() for side in self._languages):
            found = {self._languages[side]: text for side, text in self._texts.items()}
            if set(found) == set(self.wanted):
                self.rows.append(RawPair(line, found[self.wanted[0]], found[self.wanted[1]]))
            self._texts = {}


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
