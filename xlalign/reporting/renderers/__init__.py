"""Renderers of the table model: how a table becomes text.

A renderer is one object and one row here, or one entry point of the group `xlalign.renderers`; `xlalign report` writes
every table by each that is `written`, and by those that `--format` names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlalign.registry import Registry
from xlalign.reporting.table import Table


@dataclass(frozen=True)
class Renderer:
    """One way to print a table.

    Args:
        name: its row in the registry, as `--format` takes it.
        suffix: of the files, with the dot.
        render: the table as text.
        title: the format as people write it; the page then offers the text for pasting beside each table.
        written: whether `xlalign report` writes it where no `--format` is given.
    """

    name: str
    suffix: str
    render: Callable[[Table], str]
    title: str = ""
    written: bool = True


RENDERERS: Registry[Renderer] = Registry(
    "table format",
    {
        "terminal": "xlalign.reporting.renderers.terminal:TERMINAL",
        "markdown": "xlalign.reporting.renderers.markdown:MARKDOWN",
        "latex": "xlalign.reporting.renderers.latex:LATEX",
        "csv": "xlalign.reporting.renderers.data:CSV",
        "html": "xlalign.reporting.renderers.html:HTML",
        "json": "xlalign.reporting.renderers.data:JSON",
    },
    "xlalign.renderers",
)


def renderers(names: tuple[str, ...] = ()) -> list[Renderer]:
    """The renderers of these names; without names those that are written.

    Raises:
        UserError: there is no such format.
    """
    if names:
        return [RENDERERS.get(name) for name in dict.fromkeys(names)]
    return [renderer for renderer in map(RENDERERS.get, RENDERERS) if renderer.written]


def rendered(table: Table, name: str) -> str:
    """The table as text in one format."""
    return RENDERERS.get(name).render(table)
