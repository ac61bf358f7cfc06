"""Parquet files of pairs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetReader(Reader):
    """Pairs of a Parquet file; columns by name, those inside a struct as `translation.en`.

    Default columns: those named like the languages, alone or in `translation` (the hub's layout), or `source`
    and `target`.
    """

    text_column: ClassVar[bool] = True

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: the file is missing or not Parquet, or lacks the columns.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                names = _columns(path, file.schema_arrow, wanted)
                numbers = count(1)
                for batch in file.iter_batches(batch_size=5_000, columns=list(names)):
                    table = pa.Table.from_batches([batch]).flatten()
                    sources, targets = (table.column(name).cast(pa.string()).to_pylist() for name in names)
                    for source, target in zip(sources, targets, strict=True):
                        yield RawPair(next(numbers), source or "", target or "")
        except FileNotFoundError:
            raise DataError(f"{path}: no such file", "check the path") from None
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{path}: not a readable Parquet file ({error})", "fetch the file again") from error


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
            return names[0], names[1]
    missing = " and ".join(f"`{name}`" for name in choices[0])
    raise DataError(
        f"{path}: no columns {missing}; it has: {', '.join(known)}", 'say which: columns = ["NAME", "NAME"]'
    )
