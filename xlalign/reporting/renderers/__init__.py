"""Renderers of the table model: each has `render(table) -> str`."""

from __future__ import annotations

from collections.abc import Callable

from xlalign.registry import Registry
from xlalign.reporting.table import Table

RENDERERS: Registry[Callable[[Table], str]] = Registry(
    "table format",
    {
        "terminal": "xlalign.reporting.renderers.terminal:render",
        "markdown": "xlalign.reporting.renderers.markdown:render",
        "latex": "xlalign.reporting.renderers.latex:render",
        "csv": "xlalign.reporting.renderers.csv:render",
        "html": "xlalign.reporting.renderers.html:render",
        "json": "xlalign.reporting.renderers.json:render",
    },
    "xlalign.renderers",
)

SUFFIXES = {"markdown": ".md", "latex": ".tex", "csv": ".csv", "json": ".json", "html": ".html", "terminal": ".txt"}
"""File name ending of each format."""
