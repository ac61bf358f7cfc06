"""`xlalign eval`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.results import show_outcomes
from xlalign.cli.stages import current, open_pipeline


@with_request
def command(
    request: Request,
    tasks: Annotated[
        list[str] | None, typer.Argument(help="Tasks, or `xtreme` for all nine; default those of the pipeline.")
    ] = None,
) -> None:
    """Make the evaluation current: fine-tune on English, test in every language, for every model and seed.

    **Examples**

    - `xlalign eval xnli`
    - `xlalign eval xnli udpos --set 'eval.seeds=[1,2,3]'`
    - `xlalign eval xtreme --json`
    """
    with boundary(debug=request.debug):
        names = ", ".join(f'"{task}"' for task in tasks or ())
        chosen = [*(request.assignments or ()), f"eval.tasks=[{names}]"] if tasks else request.assignments
        request = replace(request, assignments=chosen)
        pipeline = open_pipeline(request)
        outcomes = current(request, pipeline, pipeline.names("eval"))
        if outcomes is not None:
            show_outcomes(request, pipeline, outcomes, everything=False)
