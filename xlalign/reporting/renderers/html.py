"""Tables as an HTML fragment; the page's style sheet gives it its looks."""

from __future__ import annotations

from xlalign.reporting.table import Table
from xlalign.reporting.templating import environment


def render(table: Table) -> str:
    """The table as a `<figure>` element, every text escaped."""
    return environment().get_template("table.html").render(table=table, best=table.best())
