"""The table of corpora that can be had, for `xlalign list corpora` and `xlalign prepare --list-sources`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from xlalign.cli.console import output
from xlalign.cli.stages import print_json

if TYPE_CHECKING:
    from xlalign.bitext.settings import PrepareSettings
    from xlalign.bitext.sources.base import Listed
    from xlalign.stages.pipeline import Pipeline


def show_corpora(pipeline: Pipeline, wanted: str, *, as_json: bool = False) -> None:
    """Print what there is, asked with the mirrors and the folder of downloads of the pipeline's first prepare stage.

    Args:
        pipeline: has a prepare stage.
        wanted: a language pair (`en-de`) or a language.
        as_json: print JSON instead of a table.
    """
    from xlalign.bitext.prepare import fetcher
    from xlalign.bitext.sources import corpora

    found = corpora(wanted, fetcher(first_prepare(pipeline)))
    if as_json:
        print_json([entry._asdict() for entry in found])
    elif found:
        _print(found)
    else:
        output().print(f"no source lists anything for {wanted}")


def first_prepare(pipeline: Pipeline) -> PrepareSettings:
    """The settings of the pipeline's first prepare stage."""
    return cast("PrepareSettings", pipeline.stages["prepare"][pipeline.names("prepare")[0]])


def _print(found: list[Listed]) -> None:
    from rich.table import Table

    unit = "pairs" if len(found[0].languages) == 2 else "tokens"
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("source", unit, "size", "licence"):
        table.add_column(title, justify="right" if title in (unit, "size") else "left", no_wrap=title != "licence")
    for entry in found:
        size = f"{entry.size / 1e6:,.1f} MB" if entry.size else ""
        table.add_row(entry.uri, f"{getattr(entry, unit):,}", size, entry.licence or "not stated")
    output().print(table, markup=False)
