"""NumPy arrays and texts as Arrow arrays. `pa.array` would do the same, but imports pandas first (0.3 s)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from xlalign.bitext.batch import Mask
from xlalign.hashing import Hashes


def strings(texts: Sequence[bytes]) -> pa.StringArray:
    """UTF-8 texts."""
    offsets = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int32, count=len(texts)), out=offsets[1:])
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(texts)))


def hashes(values: Hashes) -> pa.UInt64Array:
    """64-bit keys."""
    return pa.UInt64Array.from_buffers(pa.uint64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def mask(values: Mask) -> pa.BooleanArray:
    """Truth values, for `where`."""
    bits = np.packbits(values, bitorder="little")
    return pa.BooleanArray.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def where(table: pa.Table, keep: Mask) -> pa.Table:
    """The rows where `keep` is true; the table itself, not a copy, where all are kept."""
    return table if keep.all() else table.filter(mask(keep))


def to_hashes(column: pa.ChunkedArray) -> Hashes:
    """The inverse of `hashes`, for a column without nulls."""
    parts = [np.empty(0, dtype=np.uint64)]
    for chunk in column.chunks:
        values = np.frombuffer(chunk.buffers()[1], dtype=np.uint64)
        parts.append(values[chunk.offset : chunk.offset + len(chunk)])
    return np.concatenate(parts)
