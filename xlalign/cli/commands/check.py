"""`xlalign check`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import print_json


@with_request
def command(
    request: Request,
    pipeline: Annotated[
        str | None,
        typer.Argument(autocompletion=complete.pipelines, help="A pipeline file, or the name of a built-in one."),
    ] = None,
) -> None:
    """Look for every mistake in a pipeline file, and estimate what it costs; nothing is run or downloaded.

    Names, options, languages, files, models and devices are looked at in all tables, and all mistakes are told at once.
    The weights of local models are read, unless they are larger than 4 GB.

    **Examples**

    - `xlalign check` (xlalign.toml)
    - `xlalign check my.toml --profile full`
    - `xlalign check my.toml --json` (mistakes with place and hint, for editors)
    """
    with boundary(debug=request.debug):
        from xlalign.config.faults import fail
        from xlalign.stages.pipeline import locate, opened

        path = locate(pipeline or request.config)
        found = opened(path, request.assignments or (), request.profile)
        faults = found.faults() or found.loading_faults()
        if request.json_output:
            keys = ("place", "message", "hint")
            print_json({"file": str(path), "mistakes": [{key: getattr(f, key) for key in keys} for f in faults]})
            if faults:
                raise typer.Exit(2)
            return
        found.check()
        fail(found.source, faults)
        output().print(f"[green]no mistakes[/] in {escape(str(path))}", soft_wrap=True)
        if not request.quiet:
            from dataclasses import replace

            from xlalign.cli.stages import current

            names = [name for stages in found.stages.values() for name in stages]
            current(replace(request, dry_run=True), found, names)
