"""Tables in the terminal, by rich: `console.print(TableView(table))`.

Colour, `NO_COLOR`, width and files that are no terminal are rich's business; what does not fit the width continues
in another block under the same row names, so no number is ever cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Grid
from rich.text import Text

from xlalign.reporting.format import MISSING, Printed, printed, visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Table

LINES = box.Box("    \n    \n ── \n    \n ── \n ── \n    \n    \n")
ASCII_LINES = box.Box("    \n    \n -- \n    \n -- \n -- \n    \n    \n", ascii=True)
COLOURS = {"good": "green", "bad": "red", "plain": ""}


class TableView:
    """A table as a rich renderable."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.best = table.best()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Caption, blocks of columns, notes."""
        columns = [self._column(number, options.ascii_only) for number in range(len(self.table.columns))]
        widths = [max(cell_len(cell.plain) for cell in column) for column in columns]
        gap = 2 if sum(widths) + 2 * len(widths) <= options.max_width else 1
        lines = ASCII_LINES if options.ascii_only else LINES
        yield Text(_plain(self.table.caption, options.ascii_only), style="bold")
        for number, block in enumerate(blocks([width + gap for width in widths], options.max_width)):
            if number:
                yield ""
            yield self._grid(
                block,
                columns,
                Grid(box=lines, padding=(0, gap - 1, 0, 0), pad_edge=False, show_edge=False, border_style="dim"),
            )
        for line in (*self.table.notes, *self.table.signature):
            yield Text(_plain(line, options.ascii_only), style="dim")

    def _column(self, number: int, ascii_only: bool) -> list[Text]:
        """The heading and the cells of a column, padded so that decimal points stand in line."""
        cells = [printed(self.table, row, number) for row in self.table.rows]
        value, sd, mark = (max((cell_len(part) for part in parts), default=0) for parts in _parts(cells))
        column = [Text(_plain(self.table.columns[number].name, ascii_only), style="bold")]
        for row, cell in enumerate(cells):
            line = Text(" " * (value - cell_len(cell.value)) if cell.numeric else "")
            style = "bold" if (row, number) in self.best else COLOURS[cell.tone]
            line.append(_plain(cell.value, ascii_only), style=style)
            deviation = f"±{cell.sd:<{sd}}" if cell.sd else " " * (sd + 1 if sd else 0)
            line.append(_plain(deviation, ascii_only), style="dim")
            line.append(f"{cell.mark:<{mark}}")
            column.append(line)
        return _right(column) if self.table.columns[number].kind != "text" else column

    def _grid(self, block: list[int], columns: list[list[Text]], grid: Grid) -> Grid:
        for number in block:
            grid.add_column(columns[number][0], no_wrap=self.table.columns[number].kind != "text")
        for number, row in enumerate(self.table.rows):
            if row.rule:
                grid.add_section()
            grid.add_row(*(columns[column][number + 1] for column in block))
        return grid


def blocks(widths: list[int], available: int) -> list[list[int]]:
    """Columns shared out over blocks no wider than `available`; column 0 stands in each of them."""
    found: list[list[int]] = [[0]]
    for column in range(1, len(widths)):
        if len(found[-1]) > 1 and sum(widths[c] for c in (*found[-1], column)) > available:
            found.append([0])
        found[-1].append(column)
    return found


def as_text(table: Table, width: int = 80) -> str:
    """The table as plain text, `width` characters wide."""
    console = Console(file=StringIO(), width=width, force_terminal=False, color_system=None)
    with console.capture() as capture:
        console.print(TableView(table))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _right(column: list[Text]) -> list[Text]:
    """Padded by hand, since rich drops the blanks that keep decimal points in line when it aligns to the right."""
    width = max(cell_len(cell.plain) for cell in column)
    return [Text(" " * (width - cell_len(cell.plain))).append_text(cell) for cell in column]


def _parts(cells: list[Printed]) -> Iterator[list[str]]:
    yield [cell.value for cell in cells]
    yield [cell.sd for cell in cells]
    yield [cell.mark for cell in cells]


def _plain(value: str, ascii_only: bool) -> str:
    value = visible(value)
    return value.replace("±", "+-").replace(MISSING, "-").replace("−", "-").replace("Δ", "d") if ascii_only else value


TERMINAL = Renderer("terminal", ".txt", as_text, written=False)
