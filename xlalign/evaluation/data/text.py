"""Text and JSON files, plain or compressed, with errors that name the line."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
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


def read_table(path: Path) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """Rows of a table with a header (.csv, else tab-separated) or of JSON lines, as (path, line, row).

    Raises:
        DataError: a line is not JSON, or has more or fewer fields than the header.
    """
    lines = read_lines(path)
    lines[:1] = [line.removeprefix("\ufeff") for line in lines[:1]]  # as spreadsheets write it
    kind = path.with_suffix("").suffix if path.suffix in _EXPAND else path.suffix
    if kind in (".jsonl", ".json"):
        yield from ((path, number, _json(path, number, line)) for number, line in enumerate(lines, 1) if line.strip())
        return
    header: list[str] | None = None
    for number, row in _csv(lines) if kind == ".csv" else _tsv(lines):
        if header is None:
            header = row
        elif len(row) != len(header):
            raise DataError(f"{path}:{number}: {len(row)} fields; the header has {len(header)}: {', '.join(header)}")
        else:
            yield path, number, dict(zip(header, row, strict=True))


def _csv(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they end on (a quoted field may hold line ends); blank lines are left out."""
    rows = csv.reader(f"{line}\n" for line in lines)
    yield from ((rows.line_num, row) for row in rows if row)


def _tsv(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    yield from ((number, line.split("\t")) for number, line in enumerate(lines, 1) if line)


def _json(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{number}: not JSON: {error.msg}") from error
    if not isinstance(row, dict):
        raise DataError(f"{path}:{number}: wanted a JSON object")
    return row


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
