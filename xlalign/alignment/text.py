"""Text files by line: split on `\\n` only (U+2028 would shift a bitext), plain or compressed."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

from xlalign.errors import DataError

_READERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}


def read_lines(path: Path) -> list[str]:
    """All lines without their ends.

    Raises:
        DataError: the file is missing, is not what its ending says, or is not UTF-8.
    """
    try:
        data = _READERS.get(path.suffix, bytes)(path.read_bytes())
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path}: cannot be read: {error}", "check the path and that the file is whole") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{number}: not UTF-8 (byte {error.start})", "convert it: iconv -t UTF-8") from error
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.removesuffix("\r") for line in lines]
