"""File formats. A reader of pairs is one function, and one row here: format -> `read(path, request)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.bitext.readers.request import Request
    from xlalign.bitext.sources.base import Row

Reader = Callable[["Path", "Request"], "Iterator[Row]"]

READERS: Registry[Reader] = Registry(
    "file format",
    {
        "json": "xlalign.bitext.readers.jsonl:read_jsonl",
        "jsonl": "xlalign.bitext.readers.jsonl:read_jsonl",
        "po": "xlalign.bitext.readers.po:read_po",
        "tmx": "xlalign.bitext.readers.tmx:read_tmx",
        "tsv": "xlalign.bitext.readers.tables:read_tsv",
        "parquet": "xlalign.bitext.readers.tables:read_parquet",
    },
    group="xlalign.readers",
)
