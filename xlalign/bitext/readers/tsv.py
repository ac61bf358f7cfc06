"""Tables of pairs in tab-separated text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown


class TsvReader(Reader):
    """Pairs of a tab-separated file without quoting. Columns by name need a header line.

    Without `columns` the file must have exactly two. A blank line is a pair of empty sentences.
    """

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: a line has too few (or unexpected) columns, or the header lacks a name.
        """
        columns, rows, first = wanted.columns or (1, 2), lines(path), 1
        if any(isinstance(column, str) for column in columns):
            columns, first = _by_name(path, next(rows, ""), columns), 2
        i, j = (int(column) - 1 for column in columns)
        exact = None if wanted.columns else 2
        for number, line in enumerate(rows, first):
            cells = line.split("\t")
            if len(cells) <= max(i, j) or (exact and len(cells) != exact):
                if line.strip():
                    raise _wrong_columns(path, number, len(cells), exact, max(i, j) + 1)
                cells = [""] * (max(i, j) + 1)
            yield RawPair(number, cells[i], cells[j])


def _wrong_columns(path: Path, number: int, found: int, exact: int | None, least: int) -> DataError:
    wanted = f"exactly {exact}" if exact else f"at least {least}"
    hint = "say which columns hold the two languages: columns = [1, 2]"
    return DataError(f"{path}:{number}: {found} tab-separated columns, wanted {wanted}", hint)


def _by_name(path: Path, header: str, wanted: tuple[int | str, ...]) -> tuple[int, ...]:
    names = header.split("\t")
    missing = [name for name in wanted if isinstance(name, str) and name not in names]
    if missing:
        found = shown(", ".join(names))[:300]
        raise DataError(f"{path}:1: no column `{missing[0]}` in the header", f"it has: {found}")
    return tuple(names.index(name) + 1 if isinstance(name, str) else name for name in wanted)
