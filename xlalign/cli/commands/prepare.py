"""`xlalign prepare`."""

from __future__ import annotations

from typing import Annotated

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.jobs import JOB, required
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, show_bitexts
from xlalign.errors import UserError


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
    show: Annotated[
        int | None,
        typer.Option(
            "--show",
            metavar="N",
            min=0,
            help="Also print histograms of the filters' scores, and N pairs that were kept, changed by transforms, and "
            "removed by each step, before and after (20 at most).",
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="URI", help="Where the text is; may be given again.", rich_help_panel=JOB),
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option("--languages", metavar="XX-YY", help="With --source: en-de, or en,de,fr.", rich_help_panel=JOB),
    ] = None,
) -> None:
    """Make the bitext current: fetch, clean, deduplicate, split.

    **Examples**

    - `xlalign prepare` (xlalign.toml, else the embedded micro-world)
    - `xlalign prepare --set 'prepare.languages=["de","ru"]' --out data`
    - `xlalign prepare --show 5` (five pairs of each kind, before and after)
    - `xlalign prepare --list-sources de` (pairs, size, licence; nothing is downloaded)
    - `xlalign prepare --frozen --offline` (only what xlalign.lock pins and is here)
    - `xlalign prepare --source a.en-de.tsv --languages en-de --out data` (no pipeline file)
    """
    with boundary(debug=request.debug):
        if source:
            from xlalign.api.jobs import prepare_job

            codes = required(languages, "--languages", "en-de")
            job = prepare_job(source, codes, assignments=request.assignments or ())
            outcomes = current(request, job, ["prepare"])
            if outcomes is not None:
                show_bitexts(request, outcomes, ["prepare"], show)
            if outcomes is not None and not (request.json_output or request.out):
                output().print(str(outcomes["prepare"].artifact.data), soft_wrap=True, markup=False)
            return
        if languages:
            raise UserError("--languages goes with --source", "for a file: --set 'prepare.languages=[...]'")
        pipeline = open_pipeline(request)
        if list_sources:
            from xlalign.cli.corpora import first_prepare, show_corpora

            first = first_prepare(pipeline).language_pairs()[0][0]
            wanted = list_sources if "-" in list_sources else f"{first}-{list_sources}"
            show_corpora(pipeline, wanted, as_json=request.json_output)
            return
        names = pipeline.names("prepare")
        outcomes = current(request, pipeline, names)
        if outcomes is not None:
            show_bitexts(request, outcomes, names, show)
