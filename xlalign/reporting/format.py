"""How a number becomes text, the same in every renderer; and how text is shown that could mislead."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from xlalign.reporting.table import Cell, Table, TableRow

Tone = Literal["plain", "good", "bad"]
MISSING = "–"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters (C0 but tab and newline, C1), line separators, bidi embeddings and isolates, lone surrogates."""


class Printed(NamedTuple):
    """A cell ready to be laid out: value, deviation ("0.4" or ""), mark, and whether it is good news."""

    value: str
    sd: str = ""
    mark: str = ""
    tone: Tone = "plain"
    numeric: bool = False


def printed(table: Table, row: TableRow, column: int) -> Printed:
    """The cell of `row` in `column` as text."""
    cell = row.cells[column]
    if cell.value is None or cell.value != cell.value:  # NaN is a missing value too
        return Printed(MISSING, numeric=table.columns[column].kind != "text")
    if isinstance(cell.value, str):
        return Printed(cell.value, mark=cell.mark)
    kind = table.kind(row, column)
    sd = "" if cell.sd is None else f"{cell.sd:.1f}"
    return Printed(number(cell.value, kind), sd, cell.mark, _tone(cell, table, column, kind), numeric=True)


def visible(text: str) -> str:
    """Text in which characters that act instead of being seen are spelled out.

    A terminal obeys ESC and C1, and a bidi override shows a name backwards; marks that scripts need, such as the
    zero-width joiner of Hindi, stay.
    """
    # "a\x1b[31mb" -> "a\\x1b[31mb" and "abc\u202edef" -> "abc\\u202edef", as Python would write them.
    return _UNSEEN.sub(lambda match: _spelled(ord(match.group())), text)


def _spelled(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def file_stem(name: str) -> str:
    """A name as a file may be called: "runs/base@1" is "runs-base@1", and nothing leads out of the folder."""
    return re.sub(r"[^\w.@+-]+", "-", name).strip(".-")[:100] or "unnamed"


def number(value: float, kind: str) -> str:
    """A number by its kind: 71.2, +3.4, 1,234, 42 s, 3 min 05 s."""
    if kind == "difference":
        return f"{_no_negative_zero(value):+.1f}"
    if kind == "count":
        return f"{round(value):,}"
    if kind == "seconds":
        return duration(value)
    return f"{_no_negative_zero(value):.1f}"


def duration(seconds: float) -> str:
    """A duration with two units at the most: 0.4 s, 42 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def _no_negative_zero(value: float) -> float:
    # -0.04 rounds to -0.0, which would print as "-0.0"; -0.0 + 0.0 is 0.0.
    return round(value, 1) + 0.0


def _tone(cell: Cell, table: Table, column: int, kind: str) -> Tone:
    if kind != "difference" or not isinstance(cell.value, int | float) or abs(cell.value) < 0.05:
        return "plain"
    # A smaller gap is good news: up is good unless lower is better.
    gain = cell.value > 0
    return "good" if gain != (table.columns[column].better == "lower") else "bad"
