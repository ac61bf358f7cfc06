"""File formats that hold both languages. A reader is one class, and one row here, by the ending of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.readers.base import Reader

_HERE = "xlalign.bitext.readers"
READERS: Registry[type[Reader]] = Registry(
    "file format",
    {
        "json": f"{_HERE}.jsonl:JsonLinesReader",
        "jsonl": f"{_HERE}.jsonl:JsonLinesReader",
        "parquet": f"{_HERE}.parquet:ParquetReader",
        "po": f"{_HERE}.po:PoReader",
        "tmx": f"{_HERE}.tmx:TmxReader",
        "tsv": f"{_HERE}.tsv:TsvReader",
    },
    group="xlalign.readers",
)
