"""Cleaned pairs on their way to the artifact: an Arrow file that is written once and read a few times.

It is not compressed: that would cost 8 % of the time of `prepare` to save what the Moses text takes again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from xlalign.bitext import arrow
from xlalign.bitext.clean import GOLD
from xlalign.bitext.corpus import PAIR_SCHEMA

SCHEMA = pa.schema([*PAIR_SCHEMA, ("gold", GOLD), ("source_key", pa.uint64()), ("target_key", pa.uint64())])
_LANGUAGES = ("source_lang", "target_lang")


class PairSpool:
    """Tables of pairs in the order they were added; each is of one corpus and language pair."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = pa.ipc.new_stream(path, SCHEMA)

    def __enter__(self) -> PairSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, table: pa.Table, languages: tuple[str, str], corpus: str) -> None:
        """Add pairs with columns id, source, target, gold, source_key, target_key."""
        constants = dict(zip(("source_lang", "target_lang", "corpus"), (*languages, corpus), strict=True))
        for name, value in constants.items():
            table = table.append_column(name, arrow.strings([value.encode()] * table.num_rows))
        self._writer.write_table(table.select(SCHEMA.names).cast(SCHEMA))

    def read(self, columns: Sequence[str]) -> Iterator[tuple[tuple[str, str], pa.Table]]:
        """Some columns of the tables, with their languages, after the spool is closed."""
        wanted = [SCHEMA.get_field_index(name) for name in (*_LANGUAGES, *columns)]
        options = pa.ipc.IpcReadOptions(included_fields=sorted(set(wanted)))
        # Not by its path, which would map it: every page read would stay in this process's memory.
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_stream(file, options=options) as reader:
            for batch in reader:
                if batch.num_rows:
                    source, target = (batch.column(name)[0].as_py() for name in _LANGUAGES)
                    yield (source, target), pa.Table.from_batches([batch])
