"""Tables for other programs: CSV, numbers with six decimals, deviation and mark in columns of their own; and JSON."""

from __future__ import annotations

import csv
from io import StringIO

from xlalign.reporting.format import visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Cell, Table, TableRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


def as_csv(table: Table) -> str:
    """The table as RFC 4180 CSV with a header line; a missing value is an empty field."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(harmless(name) for column in range(len(table.columns)) for name in _names(table, column))
    for row in table.rows:
        writer.writerow(value for column in range(len(row.cells)) for value in _values(table, row, column))
    return out.getvalue()


def harmless(value: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection): a quote before what begins like one."""
    # "=1+1" -> "'=1+1" and "-x" -> "'-x"; the number -1.5 is no text and stays -1.5.
    shown = visible(value)
    return f"'{shown}" if value.startswith(FORMULA) else shown


def as_json(table: Table) -> str:
    """The table model itself as indented JSON: `Table.model_validate_json` reads it back."""
    return table.model_dump_json(indent=2) + "\n"


def _names(table: Table, column: int) -> list[str]:
    name = table.columns[column].name
    return [name, *(f"{name} {extra}" for extra in _extras(table, column))]


def _values(table: Table, row: TableRow, column: int) -> list[float | str]:
    cell = row.cells[column]
    parts: dict[str, float | str | None] = {"sd": cell.sd, "mark": cell.mark}
    value = cell.value
    if isinstance(value, float) and table.kind(row, column) == "count" and value.is_integer():
        value = int(value)
    return [_field(found) for found in (value, *(parts[extra] for extra in _extras(table, column)))]


def _field(value: float | str | None) -> float | str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else round(value, 6)


def _extras(table: Table, column: int) -> list[str]:
    """Which of deviation and mark the column has anywhere."""
    cells: list[Cell] = [row.cells[column] for row in table.rows]
    return ["sd"] * any(cell.sd is not None for cell in cells) + ["mark"] * any(cell.mark for cell in cells)


CSV = Renderer("csv", ".csv", as_csv, title="CSV")
JSON = Renderer("json", ".json", as_json)
