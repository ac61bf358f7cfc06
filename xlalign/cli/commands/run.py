"""`xlalign run`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, show_outcomes


@with_request
def command(
    request: Request,
    pipeline: Annotated[
        str | None,
        typer.Argument(
            autocompletion=complete.pipelines, help="A pipeline file, or the name of a built-in one (quickstart)."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Short for `--profile full`: every seed.")] = False,
) -> None:
    """Make a whole pipeline current and print its results.

    **Examples**

    - `xlalign run quickstart` (everything, on the embedded micro-world)
    - `xlalign run quickstart --full` (more seeds)
    - `xlalign run my.toml --set 'eval.seeds=[1,2,3]' --dry-run`
    """
    with boundary(debug=request.debug):
        request = replace(request, profile="full") if full else request
        opened = open_pipeline(request, pipeline)
        names = [name for stages in opened.stages.values() for name in stages]
        outcomes = current(request, opened, names)
        if outcomes is not None:
            show_outcomes(request, opened, outcomes)
