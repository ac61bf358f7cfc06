"""Parquet files of pairs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from xlalign.bitext.readers.archive import MAX_EXPANDED, MAX_RATIO
from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH_ROWS = 5_000
_DAMAGE = (ValueError, LookupError, TypeError, OverflowError, RuntimeError, MemoryError)
"""What pyarrow raises for files that a fuzzer made, beside its own errors."""

MAX_TEXT_BYTES = 1 << 22
"""Bytes of one sentence or document."""


class ParquetReader(Reader):
    """Pairs of a Parquet file; columns by name, those inside a struct as `translation.en`.

    Default columns: those named like the languages, alone or in `translation` (the hub's layout), or `source`
    and `target`.
    """

    text_column: ClassVar[bool] = True

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: the file is missing or not Parquet, lacks the columns, or is a bomb.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            yield from _rows(path, wanted, pq)
        except FileNotFoundError:
            raise DataError(f"{path}: no such file", "check the path") from None
        except (pa.ArrowException, OSError, *_DAMAGE) as error:
            message = f"{path}: not a readable Parquet file ({shown(str(error))[:300]})"
            raise DataError(message, "fetch the file again") from error


def _rows(path: Path, wanted: PairColumns, pq: Any) -> Iterator[RawPair]:
    with pq.ParquetFile(path) as file:
        _check_size(path, file.metadata)
        names = _columns(path, file.schema_arrow, wanted)
    numbers = count(1)
    # Repeated texts stay references to one: 764 bytes can say "5,000 times these 600 KB".
    with pq.ParquetFile(path, read_dictionary=list(names)) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(dict.fromkeys(names))):
            sources, targets = (_texts(batch, name, path) for name in names)
            for source, target in zip(sources, targets, strict=True):
                yield RawPair(next(numbers), source or "", target or "")


def _check_size(path: Path, found: pq.FileMetaData) -> None:
    size = path.stat().st_size
    groups = range(found.num_row_groups)
    expanded = max((found.row_group(i).total_byte_size for i in groups), default=0)
    if (expanded > MAX_EXPANDED and expanded > MAX_RATIO * size) or found.num_rows > 10_000 + MAX_RATIO * size:
        what = f"{found.num_rows:,} rows and {expanded / 1e6:,.0f} MB at once out of {size:,} bytes"
        raise DataError(f"{path}: {what}: this is no text", "fetch the file again")


def _texts(batch: pa.RecordBatch, name: str, path: Path) -> list[str | None]:
    import pyarrow as pa
    import pyarrow.compute as pc

    # The batch holds what was asked for: `a` itself, or the struct of which `a.b` is a field.
    column = batch.column(name) if name in batch.schema.names else batch.column(name.partition(".")[0])
    for part in [] if name in batch.schema.names else name.split(".")[1:]:
        column = column.flatten()[column.type.get_field_index(part)]
    indices = None
    if pa.types.is_dictionary(column.type):
        column, indices = column.dictionary, column.indices.to_pylist()
    column = column.cast(pa.string())
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > MAX_TEXT_BYTES:
        raise DataError(f"{path}: a text of {longest:,} bytes in `{shown(name)}`", "is this the right column?")
    texts: list[str | None] = column.to_pylist()
    return texts if indices is None else [None if index is None else texts[index] for index in indices]


def _columns(path: Path, schema: pa.Schema, wanted: PairColumns) -> tuple[str, str]:
    import pyarrow as pa

    known: list[str] = []
    for field in schema:
        inner = [f"{field.name}.{sub.name}" for sub in field.type] if pa.types.is_struct(field.type) else [field.name]
        known.extend(inner)
    numbered = tuple(known[c - 1] if isinstance(c, int) and 0 < c <= len(known) else c for c in wanted.columns)
    choices = wanted._replace(columns=numbered).choices()
    for names in choices:
        if set(names) <= set(known):
            twice = next((name for name in names if known.count(name) > 1), None)
            if twice:
                raise DataError(f"{path}: column `{shown(twice)}` stands there more than once", "rename one of them")
            return names[0], names[1]
    missing = " and ".join(f"`{name}`" for name in choices[0])
    message = f"{path}: no columns {missing}; it has: {shown(', '.join(known))[:300]}"
    raise DataError(message, 'say which: columns = ["NAME", "NAME"]')
