"""`xlalign align-words`."""

from __future__ import annotations

from typing import Annotated

import typer

from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.results import show_outcomes
from xlalign.cli.stages import current, open_pipeline
from xlalign.errors import unknown_name


@with_request
def command(
    request: Request,
    stages: Annotated[
        list[str] | None, typer.Argument(help="Names of [align-words.NAME] stages; default all of them.")
    ] = None,
) -> None:
    """Make the word links current: Pharaoh (fast_align) lines, a lexicon, and AER where there are gold links.

    **Examples**

    - `xlalign align-words --out links`
    - `xlalign align-words --set align-words.aligner=itermax --set align-words.encoder=ppa`
    """
    with boundary(debug=request.debug):
        pipeline = open_pipeline(request)
        known = pipeline.names("align-words")
        for name in stages or ():
            if name not in known:
                raise unknown_name("align-words stage", name, known)
        outcomes = current(request, pipeline, stages or known)
        if outcomes is not None:
            show_outcomes(request, pipeline, outcomes)
