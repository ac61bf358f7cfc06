"""HTML: the Jinja environment in which everything is escaped, and tables as fragments of the page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from xlalign.reporting.format import duration, file_stem, number, printed, visible
from xlalign.reporting.renderers import Renderer
from xlalign.reporting.table import Table

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "arz", "azb", "ckb", "dv", "fa", "ha-Arab", "he", "iw", "ks", "lrc", "mzn", "nqo", "pnb", "ps"}
    | {"sd", "syr", "ug", "ur", "yi"}
)


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr` (the HTML `dir` attribute)."""
    script = language.replace("_", "-")
    base = script.split("-")[0].lower()
    return "rtl" if script in RIGHT_TO_LEFT or base in RIGHT_TO_LEFT else "ltr"


def template_source(name: str) -> str:
    """The text of a file in `templates/`."""
    return (files("xlalign.reporting") / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Autoescaping is on for every template, whatever its name ends in; control characters are shown, not sent."""
    made = Environment(
        loader=FunctionLoader(template_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(duration=duration, file_stem=file_stem, number=number)
    made.globals.update(printed=printed, direction=direction)
    return made


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def as_html(table: Table) -> str:
    """The table as a `<figure>` element, every text escaped; the page's style sheet gives it its looks."""
    explained = [row for row in table.rows if any(cell.detail for cell in row.cells)]
    return environment().get_template("table.html").render(table=table, best=table.best(), explained=explained)


HTML = Renderer("html", ".html", as_html, written=False)
