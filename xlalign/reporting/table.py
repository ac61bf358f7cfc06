"""The one table model behind the terminal, Markdown, LaTeX, CSV and HTML output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

NumberKind = Literal["text", "score", "difference", "seconds", "count"]
"""What a number is, hence how it is printed.

score: percent, 0 to 100, one decimal.  difference: percentage points, signed, one decimal.
seconds: a duration.  count: a whole number.
"""

Better = Literal["higher", "lower", "neither"]


class Frozen(BaseModel):
    """Base of everything a report holds: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """A column: its heading, what it holds, and which end is good.

    Args:
        name: the heading.
        kind: how values are printed.
        better: "higher" or "lower" prints the best value bold and colours differences; "neither" does not.
    """

    name: str
    kind: NumberKind = "text"
    better: Better = "neither"


class Cell(Frozen):
    """A value with its deviation over seeds.

    Args:
        value: text, a number in the unit of its kind, or None where there is nothing.
        sd: standard deviation in the same unit.
        mark: significance mark printed behind the value, e.g. "*".
        detail: where the number comes from, in one line (shown on hover in HTML).
        p: chance of such a difference from the baseline, before any correction; None where there is no test.
    """

    value: float | str | None
    sd: float | None = None
    mark: str = ""
    detail: str = ""
    p: float | None = Field(default=None, exclude=True)


class TableRow(Frozen):
    """The cells of a row, one per column.

    Args:
        cells: as many as the table has columns.
        kind: overrides the kind of every column but text ("difference" for a row `ppa - base`); such a row is not
            compared with the others.
        rule: draw a line above.
    """

    cells: tuple[Cell, ...]
    kind: NumberKind | None = None
    rule: bool = False


class Table(Frozen):
    """Columns, rows, and what a reader must know to trust them.

    Args:
        caption: one line above the table.
        columns: the first is the row's name.
        rows: each with as many cells as there are columns.
        notes: lines below the table.
        signature: lines that pin data, seeds and versions, so that a score can be reproduced.
        name: identifier for labels and anchors.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    name: str = "table"

    def model_post_init(self, _context: object) -> None:
        """Check that every row is as wide as the table."""
        for number, row in enumerate(self.rows):
            if len(row.cells) != len(self.columns):
                raise ValueError(f"row {number} has {len(row.cells)} cells, the table has {len(self.columns)} columns")

    def kind(self, row: TableRow, column: int) -> NumberKind:
        """How the value of `row` in `column` is printed."""
        own = self.columns[column].kind
        return own if row.kind is None or own == "text" else row.kind

    def best(self) -> set[tuple[int, int]]:
        """Positions (row, column) of the best values: ties as printed are all best; a lone value is not."""
        return {(row, column) for column in range(len(self.columns)) for row in self._best_rows(column)}

    def _best_rows(self, column: int) -> list[int]:
        better = self.columns[column].better
        if better == "neither":
            return []
        values = {
            number: round(value, 1)
            for number, row in enumerate(self.rows)
            if row.kind is None and isinstance(value := row.cells[column].value, int | float)
        }
        # 71.24 and 71.21 are both printed 71.2 and both best; where all are alike none is.
        if len(set(values.values())) < 2:
            return []
        best = max(values.values()) if better == "higher" else min(values.values())
        return [row for row, value in values.items() if value == best]


def text(value: str) -> Cell:
    """A cell of text."""
    return Cell(value=value)


def row(name: str, cells: Sequence[Cell], *, kind: NumberKind | None = None, rule: bool = False) -> TableRow:
    """A row that begins with its name."""
    return TableRow(cells=(text(name), *cells), kind=kind, rule=rule)


def without_empty_columns(table: Table) -> Table:
    """The table without the columns that no row has a value for (a task without English has no gap)."""
    full = [n for n in range(len(table.columns)) if any(line.cells[n].value is not None for line in table.rows)]
    rows = tuple(line.model_copy(update={"cells": tuple(line.cells[n] for n in full)}) for line in table.rows)
    return table.model_copy(update={"columns": tuple(table.columns[n] for n in full), "rows": rows})
