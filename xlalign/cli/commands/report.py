"""`xlalign report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, print_json

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline

FOLDER = Path("xlalign-report")


@with_request
def command(
    request: Request,
    pipeline: Annotated[str | None, typer.Argument(help="A pipeline file, or the name of a built-in one.")] = None,
    why: Annotated[
        str | None,
        typer.Option(
            "--why",
            metavar="TASK/MODEL/COLUMN",
            help="Say where a number of a task's table comes from; a column is a language, others, average or gap.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Write the tables in this format; may be repeated. Without it: all but `html` and `terminal`.",
        ),
    ] = None,
) -> None:
    """Write the report of a pipeline: one HTML page, its tables, and its figures as SVG and PDF.

    Tables are written as Markdown, LaTeX, CSV and JSON, and in the formats of plug-ins.

    What is not in the cache is run first. The folder is `xlalign-report`, or `--out`.

    **Examples**

    - `xlalign report`
    - `xlalign report my.toml --out results`
    - `xlalign report --format latex --format csv`
    - `xlalign report --why xnli/ppa/de` (model, data, seeds, configuration and command behind the number)
    """
    with boundary(debug=request.debug):
        from dataclasses import replace

        from rich.markup import escape

        from xlalign.reporting.folder import write
        from xlalign.reporting.renderers import renderers
        from xlalign.stages.export import refuse_unusable
        from xlalign.stages.report import gather

        renderers(tuple(formats or ()))  # an unknown format is said before anything runs
        opened = open_pipeline(request, pipeline)
        if why:
            _explain(request, opened, why)
            return
        if request.out:
            refuse_unusable(request.out)
        names = [name for stages in opened.stages.values() for name in stages]
        outcomes = current(replace(request, out=None), opened, names)
        if outcomes is None:
            return
        page = write(gather(opened, outcomes), request.out or FOLDER, formats or ())
        if request.json_output:
            print_json({"page": str(page)})
        else:
            output().print(f"wrote [bold]{escape(str(page))}[/]", soft_wrap=True)


def _explain(request: Request, pipeline: Pipeline, cell: str) -> None:
    """Print everything behind one number; only the evaluation has to be current for it."""
    from rich.table import Table
    from rich.text import Text

    from xlalign.reporting.trace import lines, parts, trace
    from xlalign.stages.report import evaluation

    parts(cell)  # before anything runs
    outcomes = current(request, pipeline, pipeline.names("eval"))
    results = evaluation(pipeline, outcomes) if outcomes else None
    if results is None:
        return
    found = trace(results, cell)
    if request.json_output:
        print_json(found.model_dump(mode="json"))
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in lines(found):
        grid.add_row(name, Text(value))
    output().print(grid)
