"""Numbered arrays that stay in memory up to a budget and go to one temporary file beyond it."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Sequence
from threading import Lock
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class ArraySpool(Sequence[Array]):
    """An append-only sequence of one-dimensional arrays; safe for several reading threads.

    Args:
        budget: bytes kept in memory.
    """

    def __init__(self, budget: int = 64 << 20) -> None:
        self._budget = budget
        self._kept: list[Array | None] = []
        self._places: list[tuple[int, int, np.dtype[Any]]] = []
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = Lock()

    def append(self, array: Array) -> None:
        """Add an array; its number is the length before."""
        self._budget -= array.nbytes
        self._places.append((self._end, len(array), array.dtype))
        if self._budget >= 0:
            self._kept.append(array)
            return
        self._kept.append(None)
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="xlalign-")  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.seek(self._end)
        self._file.write(np.ascontiguousarray(array).data)
        self._end += array.nbytes

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: Any) -> Any:
        kept = self._kept[number]
        if kept is not None:
            return kept
        offset, length, dtype = self._places[number]
        assert self._file is not None
        with self._lock:
            self._file.seek(offset)
            return np.frombuffer(self._file.read(length * dtype.itemsize), dtype=dtype)
