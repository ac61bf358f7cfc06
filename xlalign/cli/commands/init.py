"""`xlalign init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.errors import UserError


def command(
    template: Annotated[str, typer.Argument(help="Name of a built-in pipeline to start from.")] = "quickstart",
    path: Annotated[Path, typer.Option("--path", "-p", help="File to write.")] = Path("xlalign.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Write a commented xlalign.toml to edit.

    **Examples**

    - `xlalign init` (a copy of the quickstart)
    - `xlalign init own-data --path my.toml`
    """
    with boundary(debug=debug):
        from xlalign.stages.pipeline import builtin_files, locate

        if path.exists() and not force:
            raise UserError(f"{path} exists", "choose another --path, or --force to replace it")
        if template not in builtin_files():
            locate(template)  # names the known ones
        try:
            path.write_text(builtin_files()[template].read_text(encoding="utf-8"), encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}") from error
        output().print(f"wrote [bold]{path}[/]; next: edit it, then `xlalign run {path}`", soft_wrap=True)
