"""The contract of a reader: a file format that holds both languages of a pair in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.config import Settings


class PairColumns(NamedTuple):
    """The two languages, and the columns that hold them: numbers from 1, or names; empty: the reader's default."""

    languages: LanguagePair
    columns: tuple[int | str, ...] = ()

    def choices(self) -> list[tuple[str, ...]]:
        """Names to look for, the likeliest first: those stated, else the usual ones of tables with named columns."""
        if self.columns:
            return [tuple(map(str, self.columns))]
        source, target = self.languages
        return [(source, target), (f"translation.{source}", f"translation.{target}"), ("source", "target")]


class Reader(Settings):
    """Base of all readers: the fields of a subclass are what `format = { kind = "csv", ... }` of a source may say.

    Attributes:
        text_column: whether monolingual text is in a column of its own, `text`, rather than in whole lines.
    """

    text_column: ClassVar[bool] = False

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs of a file, in order.

        Raises:
            DataError: the file is missing or malformed, with its line.
        """
        raise NotImplementedError
