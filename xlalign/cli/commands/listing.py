"""`xlalign list`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xlalign.cli.catalogue import CATALOGUES
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.stages import print_json

Kind = StrEnum("Kind", {name: name for name in CATALOGUES})  # type: ignore[misc]


def command(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """List what can be named in a pipeline file: presets, tasks, sources, filters, aligners, pipelines ...

    **Examples**

    - `xlalign list presets`
    - `xlalign list tasks --json`
    """
    with boundary(debug=debug):
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
