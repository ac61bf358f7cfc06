"""Text and JSON files, plain or compressed, with errors that name the line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlalign.errors import DataError, shown


def read_lines(path: Path) -> list[str]:
    r"""The lines of a UTF-8 file without their ends, split on `\n` only.

    Raises:
        DataError: the file is missing, does not expand or expands without end, or a line is not UTF-8.
    """
    from xlalign.bitext.readers.lines import lines  # archives and their limits: not for a plan

    return list(lines(path))


def read_json(path: Path) -> Any:
    """The JSON document in a file.

    Raises:
        DataError: the file is missing or not JSON.
    """
    try:
        return json.loads("\n".join(read_lines(path)))
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(f"{path}{line}: not JSON: {_said(error)}") from error


def _said(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def read_table(path: Path) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """Rows of a table with a header (.csv, else tab-separated) or of JSON lines, as (path, line, row).

    Raises:
        DataError: a line is not JSON, or has more or fewer fields than the header.
    """
    from xlalign.bitext.readers.lines import stem_and_format

    lines = read_lines(path)
    kind = stem_and_format(path)[1]
    if kind in ("jsonl", "json"):
        yield from ((path, number, _json(path, number, line)) for number, line in enumerate(lines, 1) if line.strip())
        return
    header: list[str] | None = None
    for number, row in _csv(path, lines) if kind == "csv" else _tsv(lines):
        if header is None:
            header = row
        elif len(row) != len(header):
            raise DataError(
                f"{path}:{number}: {len(row)} fields; the header has {len(header)}: {shown(', '.join(header))}"
            )
        else:
            yield path, number, dict(zip(header, row, strict=True))


def _csv(path: Path, lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they end on (a quoted field may hold line ends); blank lines are left out."""
    rows = csv.reader(f"{line}\n" for line in lines)
    try:
        yield from ((rows.line_num, row) for row in rows if row)
    except csv.Error as error:
        raise DataError(f"{path}:{rows.line_num}: not CSV: {error}", "is a quotation mark left open?") from error


def _tsv(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    yield from ((number, line.split("\t")) for number, line in enumerate(lines, 1) if line)


def _json(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}:{number}: not JSON: {_said(error)}") from error
    if not isinstance(row, dict):
        raise DataError(f"{path}:{number}: wanted a JSON object")
    return row
