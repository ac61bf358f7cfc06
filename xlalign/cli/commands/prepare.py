"""`xlalign prepare`."""

from __future__ import annotations

from typing import Annotated

import typer

from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, describe, open_pipeline, print_json


@with_request
def command(
    request: Request,
    list_sources: Annotated[
        str | None,
        typer.Option(
            "--list-sources",
            metavar="LANGUAGE",
            help="Only list the corpora there are for the first language and this one (or a pair, en-de).",
        ),
    ] = None,
) -> None:
    """Make the bitext current: fetch, clean, deduplicate, split.

    **Examples**

    - `xlalign prepare` (xlalign.toml, else the embedded micro-world)
    - `xlalign prepare --set 'prepare.languages=["de","ru"]' --out data`
    - `xlalign prepare --list-sources de` (pairs, size, licence; nothing is downloaded)
    - `xlalign prepare --frozen --offline` (only what xlalign.lock pins and is here)
    """
    with boundary(debug=request.debug):
        pipeline = open_pipeline(request)
        if list_sources:
            from xlalign.cli.corpora import first_prepare, show_corpora

            first = first_prepare(pipeline).language_pairs()[0][0]
            wanted = list_sources if "-" in list_sources else f"{first}-{list_sources}"
            show_corpora(pipeline, wanted, as_json=request.json_output)
            return
        names = pipeline.names("prepare")
        outcomes = current(request, pipeline, names)
        if outcomes is None:
            return
        if request.json_output:
            print_json(describe(outcomes, names))
