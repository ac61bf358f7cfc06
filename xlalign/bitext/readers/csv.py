"""CSV in any dialect: what separates and quotes is found from the first lines, or stated."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from pydantic import Field

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 50
"""Lines from which the dialect is found."""


class CsvReader(Reader):
    """Pairs of a CSV file, with or without a header; a quoted cell may hold delimiters and line ends.

    Without `columns` the header names the languages (or `source` and `target`), or there are exactly two columns.
    """

    delimiter: str = Field("", description="what separates cells; empty: found from the first lines", max_length=1)
    quote: str = Field('"', description="what encloses cells; twice inside a cell it stands for itself", max_length=1)

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: no dialect fits, a row has too few columns, or a quoted cell has no end.
        """
        rest = lines(path)
        first = list(islice(rest, LOOKED_AT))
        delimiter = self.delimiter or self._found(path, first, wanted)
        rows = _rows(path, chain(first, rest), delimiter, self.quote)
        start, head = next(rows, (1, []))
        places, has_header = _places(path, head, wanted)
        for number, cells in rows if has_header else chain([(start, head)] if head else [], rows):
            if len(cells) <= max(places):
                if not any(cell.strip() for cell in cells):
                    continue
                message = f"{path}:{number}: {len(cells)} columns, wanted at least {max(places) + 1}"
                raise DataError(message, f"cells are taken to be separated by {delimiter!r}: is that right?")
            yield RawPair(number, cells[places[0]], cells[places[1]])

    def _found(self, path: Path, first: list[str], wanted: PairColumns) -> str:
        """The first delimiter that gives every looked-at row the same number of columns, and enough of them."""
        for delimiter in DELIMITERS:
            try:
                found = [cells for _, cells in _rows(path, iter(first), delimiter, self.quote) if cells]
            except DataError:  # a quoted cell may end behind the lines that are looked at
                continue
            widths = {len(cells) for cells in found}
            wide = max(widths, default=0) >= 2 and len(widths) == 1
            if wide and (wanted.columns or widths == {2} or _named(found[0], wanted)):
                return delimiter
        hint = 'say what separates them: format = { kind = "csv", delimiter = ";" }'
        raise DataError(f"{path}: no delimiter gives two columns on each line", hint)


def _rows(path: Path, texts: Iterator[str], delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every row that is not blank, and the line on which the row ends."""
    ended = (f"{text}\n" for text in texts)
    if quote:
        found = csv.reader(ended, delimiter=delimiter, quotechar=quote, strict=True)
    else:
        found = csv.reader(ended, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    try:
        for cells in found:
            if cells:
                yield found.line_num, cells
    except csv.Error as error:
        message = f"{path}:{found.line_num}: not CSV ({shown(str(error))})"
        raise DataError(message, "is a closing quote missing?") from None


def _named(head: Sequence[str], wanted: PairColumns) -> tuple[int, int] | None:
    """Where the header has the names that are looked for."""
    names = [name.strip().removeprefix("\ufeff") for name in head]
    for source, target in (choice for choice in wanted.choices() if not wanted.columns or _all_names(wanted)):
        if source in names and target in names:
            return names.index(source), names.index(target)
    return None


def _all_names(wanted: PairColumns) -> bool:
    return any(isinstance(column, str) for column in wanted.columns)


def _places(path: Path, head: Sequence[str], wanted: PairColumns) -> tuple[tuple[int, int], bool]:
    """The columns of source and target, from 0, and whether the first row is a header."""
    if named := _named(head, wanted):
        return named, True
    if wanted.columns and not _all_names(wanted):
        source, target = (int(column) - 1 for column in wanted.columns)
        return (source, target), False
    if not wanted.columns and len(head) in (0, 2):
        return (0, 1), False
    missing = " and ".join(f"`{name}`" for name in wanted.choices()[0])
    message = f"{path}:1: no columns {missing}; it has: {shown(', '.join(head))[:300]}"
    raise DataError(message, 'say which: columns = ["NAME", "NAME"] or [1, 2]')
