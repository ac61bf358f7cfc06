"""Tables of pairs: tab-separated text and Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.bitext.readers.lines import lines
from xlalign.bitext.readers.request import Request
from xlalign.bitext.sources.base import Row
from xlalign.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def read_tsv(path: Path, request: Request) -> Iterator[Row]:
    """Pairs of a tab-separated file without quoting. Columns by name need a header line.

    Without `columns` the file must have exactly two. A blank line is a pair of empty sentences.

    Raises:
        DataError: a line has too few (or unexpected) columns, or the header lacks a name.
    """
    wanted, rows, first = request.columns or (1, 2), lines(path), 1
    if any(isinstance(column, str) for column in wanted):
        wanted, first = _by_name(path, next(rows, ""), wanted), 2
    i, j = (int(column) - 1 for column in wanted)
    exact = None if request.columns else 2
    for number, line in enumerate(rows, first):
        cells = line.split("\t")
        if len(cells) <= max(i, j) or (exact and len(cells) != exact):
            if line.strip():
                raise _wrong_columns(path, number, len(cells), exact, max(i, j) + 1)
            cells = [""] * (max(i, j) + 1)
        yield Row(number, cells[i], cells[j])


def _wrong_columns(path: Path, number: int, found: int, exact: int | None, least: int) -> DataError:
    wanted = f"exactly {exact}" if exact else f"at least {least}"
    hint = "say which columns hold the two languages: columns = [1, 2]"
    return DataError(f"{path}:{number}: {found} tab-separated columns, wanted {wanted}", hint)


def _by_name(path: Path, header: str, wanted: tuple[int | str, ...]) -> tuple[int, ...]:
    names = header.split("\t")
    missing = [name for name in wanted if isinstance(name, str) and name not in names]
    if missing:
        raise DataError(f"{path}:1: no column `{missing[0]}` in the header", f"it has: {', '.join(names)}")
    return tuple(names.index(name) + 1 if isinstance(name, str) else name for name in wanted)


def read_parquet(path: Path, request: Request) -> Iterator[Row]:
    """Pairs of a Parquet file; columns by name, those inside a struct as `translation.en`.

    Default columns: those named like the languages, alone or in `translation` (the hub's layout), or `source`
    and `target`.

    Raises:
        DataError: the file is missing or not Parquet, or lacks the columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = _parquet_columns(path, file.schema_arrow, request)
            numbers = count(1)
            for batch in file.iter_batches(batch_size=5_000, columns=list(names)):
                table = pa.Table.from_batches([batch]).flatten()
                sources, targets = (table.column(name).cast(pa.string()).to_pylist() for name in names)
                for source, target in zip(sources, targets, strict=True):
                    yield Row(next(numbers), source or "", target or "")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file", "check the path") from None
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a readable Parquet file ({error})", "fetch the file again") from error


def _parquet_columns(path: Path, schema: pa.Schema, request: Request) -> tuple[str, str]:
    import pyarrow as pa

    known: list[str] = []
    for field in schema:
        inner = [f"{field.name}.{sub.name}" for sub in field.type] if pa.types.is_struct(field.type) else [field.name]
        known.extend(inner)
    source, target = request.languages
    defaults = [(source, target), (f"translation.{source}", f"translation.{target}"), ("source", "target")]
    stated = tuple(
        known[name - 1] if isinstance(name, int) and name <= len(known) else str(name) for name in request.columns
    )
    for names in [stated] if stated else defaults:
        if set(names) <= set(known):
            return names[0], names[1]
    wanted = " and ".join(f"`{name}`" for name in stated or defaults[0])
    raise DataError(f"{path}: no columns {wanted}; it has: {', '.join(known)}", 'say which: columns = ["NAME", "NAME"]')
