"""`xlalign list`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xlalign.cli.catalogue import CATALOGUES
from xlalign.cli.console import output
from xlalign.cli.corpora import show_corpora
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request
from xlalign.cli.stages import open_pipeline, print_json
from xlalign.errors import UserError

CORPORA = "corpora"
Kind = StrEnum("Kind", {name: name for name in (*CATALOGUES, CORPORA)})  # type: ignore[misc]


def command(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    languages: Annotated[
        str | None, typer.Argument(help="For corpora: a language pair (en-de), or a language for monolingual text.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="For corpora: what the services answered last time.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """List what can be named in a pipeline file: presets, tasks, sources, filters, aligners, pipelines, corpora ...

    **Examples**

    - `xlalign list presets`
    - `xlalign list tasks --json`
    - `xlalign list corpora en-de` (what can be downloaded, with pairs, size and licence)
    """
    with boundary(debug=debug):
        if kind.value == CORPORA:
            if languages is None:
                raise UserError("`list corpora` of which languages?", "for example `xlalign list corpora en-de`")
            show_corpora(open_pipeline(Request(offline=offline)), languages, as_json=as_json)
            return
        from rich.table import Table

        rows = CATALOGUES[kind.value]()
        if as_json:
            print_json(rows)
            return
        columns = list(rows[0])
        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(row[column] for column in columns))
        output().print(table, markup=False)
