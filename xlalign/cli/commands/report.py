"""`xlalign report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, print_json

FOLDER = Path("xlalign-report")


@with_request
def command(
    request: Request,
    pipeline: Annotated[str | None, typer.Argument(help="A pipeline file, or the name of a built-in one.")] = None,
) -> None:
    """Write the report of a pipeline: one HTML page, and every table as Markdown, LaTeX, CSV and JSON.

    What is not in the cache is run first. The folder is `xlalign-report`, or `--out`.

    **Examples**

    - `xlalign report`
    - `xlalign report my.toml --out results`
    """
    with boundary(debug=request.debug):
        from dataclasses import replace

        from xlalign.reporting.page import write
        from xlalign.stages.report import gather

        opened = open_pipeline(request, pipeline)
        names = [name for stages in opened.stages.values() for name in stages]
        outcomes = current(replace(request, out=None), opened, names)
        if outcomes is None:
            return
        page = write(gather(opened, outcomes), request.out or FOLDER)
        if request.json_output:
            print_json({"page": str(page)})
        else:
            output().print(f"wrote [bold]{page}[/]", soft_wrap=True)
