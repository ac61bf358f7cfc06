"""Arrays of any length, written piece by piece as `.npy` files and read through memory maps."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


class ArrayWriter:
    """Appends to arrays of a folder; each is `NAME.npy` when the block is left.

    Args:
        folder: receives the files.
        types: name -> type and shape of one row: `{"ids": (np.int32, ()), "links": (np.int32, (2,))}`.
    """

    def __init__(self, folder: Path, types: Mapping[str, tuple[DTypeLike, tuple[int, ...]]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._types = {name: (np.dtype(kind), shape) for name, (kind, shape) in types.items()}
        self._files: dict[str, BinaryIO] = {name: (folder / f"{name}.npy").open("wb") for name in types}
        self._rows = dict.fromkeys(types, 0)
        for name in types:
            self._header(name)

    def add(self, name: str, values: Array) -> None:
        """Append rows to one array."""
        kind, shape = self._types[name]
        rows = np.ascontiguousarray(values, kind).reshape(-1, *shape)
        self._files[name].write(rows.data)
        self._rows[name] += len(rows)

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        # Now the number of rows is known: the header of the same size is written over the first one.
        for name, file in self._files.items():
            file.seek(0)
            self._header(name)
            file.close()

    def _header(self, name: str) -> None:
        """Write the header; NumPy leaves room in it for any number of rows, so that it can be written again."""
        kind, shape = self._types[name]
        header = {"descr": npy.dtype_to_descr(kind), "fortran_order": False, "shape": (self._rows[name], *shape)}
        npy.write_array_header_1_0(self._files[name], header)


class MappedArrays:
    """The arrays of a folder, through memory maps that all processes of a machine share."""

    def __init__(self, folder: Path) -> None:
        self._maps: dict[str, np.memmap[Any, Any]] = {
            path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))
        }

    def __contains__(self, name: str) -> bool:
        return name in self._maps

    def __getitem__(self, name: str) -> Array:
        return self._maps[name].view(np.ndarray)

    def get(self, name: str) -> Array | None:
        """An array; None where there is none of that name."""
        found = self._maps.get(name)
        return None if found is None else found.view(np.ndarray)

    def release(self) -> None:
        """Give the pages back that were read, so that a long run does not come to hold the whole files."""
        for array in self._maps.values():
            # The pages stay in the system's cache, and are counted as this process's no longer.
            pages: mmap.mmap = array._mmap  # type: ignore[attr-defined]
            if hasattr(mmap, "MADV_DONTNEED"):
                pages.madvise(mmap.MADV_DONTNEED)
