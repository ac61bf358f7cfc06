"""The Jinja environment of the HTML output: everything is escaped, an unknown name is an error."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from xlalign.reporting.format import duration, number, printed
from xlalign.reporting.scripts import direction


def template_source(name: str) -> str:
    """The text of a file in `templates/`."""
    return (files("xlalign.reporting") / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Autoescaping is on for every template, whatever its name ends in."""
    made = Environment(
        loader=FunctionLoader(template_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(duration=duration, number=number)
    made.globals.update(printed=printed, direction=direction)
    return made
