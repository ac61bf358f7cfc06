"""`xlalign prepare`."""

from __future__ import annotations

from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, describe, open_pipeline, print_json


@with_request
def command(request: Request) -> None:
    """Make the bitext current: fetch, clean, deduplicate, split.

    **Examples**

    - `xlalign prepare` (xlalign.toml, else the embedded micro-world)
    - `xlalign prepare --set 'prepare.languages=["de","ru"]' --out data`
    - `xlalign prepare --dry-run`
    """
    with boundary(debug=request.debug):
        pipeline = open_pipeline(request)
        names = pipeline.names("prepare")
        outcomes = current(request, pipeline, names)
        if outcomes is None:
            return
        if request.json_output:
            print_json(describe(outcomes, names))
