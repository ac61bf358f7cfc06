"""Tables as CSV for other programs: numbers with six decimals, deviation and mark in columns of their own."""

from __future__ import annotations

import csv
from io import StringIO

from xlalign.reporting.table import Cell, Row, Table


def render(table: Table) -> str:
    """The table as RFC 4180 CSV with a header line; a missing value is an empty field."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(name for column in range(len(table.columns)) for name in _names(table, column))
    for row in table.rows:
        writer.writerow(value for column in range(len(row.cells)) for value in _values(table, row, column))
    return out.getvalue()


def _names(table: Table, column: int) -> list[str]:
    name = table.columns[column].name
    return [name, *(f"{name} {extra}" for extra in _extras(table, column))]


def _values(table: Table, row: Row, column: int) -> list[float | str]:
    cell = row.cells[column]
    parts: dict[str, float | str | None] = {"sd": cell.sd, "mark": cell.mark}
    values = [cell.value, *(parts[extra] for extra in _extras(table, column))]
    return [_field(value) for value in values]


def _field(value: float | str | None) -> float | str:
    if value is None:
        return ""
    return value if isinstance(value, str) else round(value, 6)


def _extras(table: Table, column: int) -> list[str]:
    """Which of deviation and mark the column has anywhere."""
    cells: list[Cell] = [row.cells[column] for row in table.rows]
    return ["sd"] * any(cell.sd is not None for cell in cells) + ["mark"] * any(cell.mark for cell in cells)
