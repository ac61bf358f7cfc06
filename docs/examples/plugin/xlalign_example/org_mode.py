"""Tables for Emacs Org mode."""

from xlalign.reporting.format import printed, visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Table


def as_org(table: Table) -> str:
    """The table with its caption, numbers printed as everywhere."""
    head = [column.name for column in table.columns]
    body = [[printed(table, row, n).value for n in range(len(head))] for row in table.rows]
    lines = [
        "| " + " | ".join(visible(cell).replace("|", "\\vert{}") for cell in cells) + " |" for cells in (head, *body)
    ]
    return "\n".join([f"#+CAPTION: {visible(table.caption)}", lines[0], "|-", *lines[1:]]) + "\n"


ORG = Renderer("org", ".org", as_org, title="Org")
