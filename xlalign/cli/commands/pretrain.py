"""`xlalign pretrain`."""

from __future__ import annotations

from typing import Annotated

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, describe, open_pipeline, print_json
from xlalign.errors import unknown_name


@with_request
def command(
    request: Request,
    stages: Annotated[list[str] | None, typer.Argument(help="Names of [pretrain.NAME] stages; default all.")] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="PRESET", help="Print a preset's equation and settings.")
    ] = None,
) -> None:
    """Make the pretrained encoders current: train by the preset of each [pretrain.NAME] table.

    **Examples**

    - `xlalign pretrain` (every model of the pipeline)
    - `xlalign pretrain ppa --set pretrain.ppa.steps=200 --out models`
    - `xlalign pretrain --explain ml-ctl`
    """
    with boundary(debug=request.debug):
        if explain:
            from xlalign.objectives.presets import explanation

            output().print(explanation(explain), markup=False)
            return
        pipeline = open_pipeline(request)
        known = pipeline.names("pretrain")
        for name in stages or ():
            if name not in known:
                raise unknown_name("pretrain stage", name, known)
        names = stages or known
        outcomes = current(request, pipeline, names)
        if outcomes is not None and request.json_output:
            print_json(describe(outcomes, names))
