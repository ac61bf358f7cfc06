"""Tables as GitHub-flavoured Markdown."""

from __future__ import annotations

import re

from xlalign.reporting.format import Printed, printed, visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Table


def as_markdown(table: Table) -> str:
    """The table as Markdown: best values bold, notes and signature below."""
    best = table.best()
    lines = [f"**{escape(table.caption)}**", ""]
    lines.append(_line([escape(column.name) for column in table.columns]))
    lines.append(_line([":--" if column.kind == "text" else "--:" for column in table.columns]))
    for number, row in enumerate(table.rows):
        cells = [printed(table, row, column) for column in range(len(table.columns))]
        lines.append(_line([_cell(cell, (number, column) in best) for column, cell in enumerate(cells)]))
    for note in table.notes:
        lines += ["", _paragraph(note)]
    for line in table.signature:
        lines += ["", f"`{_flat(line).replace('`', ' ')}`"]
    return "\n".join(lines) + "\n"


def escape(value: str) -> str:
    """Text that Markdown and a table cell show as it is."""
    return re.sub(r"([\\`*_\[\]<>|~$])", r"\\\1", _flat(value)).replace("&", "&amp;")


def _paragraph(value: str) -> str:
    """Escaped text that begins no heading, list or rule: "# a" is "\\# a" and "1. a" is "1\\. a"."""
    return re.sub(r"^(\d*)([#+.)=-])", r"\1\\\2", escape(value))


def _flat(value: str) -> str:
    return visible(" ".join(value.split()))


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Printed, best: bool) -> str:
    value = escape(cell.value)
    value = f"**{value}**" if best else value
    deviation = f" ± {cell.sd}" if cell.sd else ""
    return value + deviation + escape(cell.mark)


MARKDOWN = Renderer("markdown", ".md", as_markdown, title="Markdown")
