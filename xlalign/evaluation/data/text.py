"""Text and JSON files, plain or compressed, with errors that name the line."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xlalign.errors import DataError

_EXPAND: dict[str, Callable[[bytes], bytes]] = {
    ".xz": lzma.decompress,
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
}


def read_lines(path: Path) -> list[str]:
    r"""The lines of a UTF-8 file without their ends, split on `\n` only.

    Raises:
        DataError: the file is missing, does not expand, or a line is not UTF-8.
    """
    lines = _content(path).split(b"\n")
    return [_decode(line, path, number) for number, line in enumerate(lines if lines[-1] else lines[:-1], 1)]


def read_json(path: Path) -> Any:
    """The JSON document in a file.

    Raises:
        DataError: the file is missing or not JSON.
    """
    try:
        return json.loads("\n".join(read_lines(path)))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error


def _content(path: Path) -> bytes:
    try:
        return _EXPAND.get(path.suffix, bytes)(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file", "check the folder, or name fewer languages") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path}: cannot be read: {error}", "is it complete? copy or download it again") from error


def _decode(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode().removesuffix("\r")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}:{number}: not UTF-8 at byte {error.start + 1} of the line") from error
