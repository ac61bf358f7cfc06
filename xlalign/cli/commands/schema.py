"""`xlalign schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from xlalign.cli.failures import boundary
from xlalign.cli.stages import print_json


def command(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    """Print the JSON Schema of pipeline files, for editors that complete and check TOML.

    **Examples**

    - `xlalign schema > .xlalign-schema.json`, and `#:schema ./.xlalign-schema.json` as first line of the file
      (`xlalign init` does both)
    """
    with boundary(debug=debug):
        from xlalign.stages.schema import schema

        print_json(schema())
