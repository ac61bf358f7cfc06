"""`xlalign init`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.errors import UserError
from xlalign.files import write_text

SCHEMA = ".xlalign-schema.json"
"""The schema beside the file, so that it is of this version and needs no network."""
OWN = "Your own encoder and text"


def command(
    template: Annotated[
        str,
        typer.Argument(
            help="Name of a built-in pipeline to start from, or own-data.", autocompletion=complete.pipelines
        ),
    ] = "quickstart",
    files: Annotated[
        list[str] | None, typer.Argument(help="With --bitext: more files of it.", show_default=False)
    ] = None,
    path: Annotated[Path, typer.Option("--path", "-p", help="File to write.")] = Path("xlalign.toml"),
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", metavar="MODEL", help="Model folder, hub id or scratch:SIZE.", rich_help_panel=OWN),
    ] = None,
    bitext: Annotated[
        list[str] | None,
        typer.Option(
            "--bitext", metavar="FILE", help="Files of parallel text, or URIs such as opus:Books.", rich_help_panel=OWN
        ),
    ] = None,
    languages: Annotated[
        str | None, typer.Option("--languages", metavar="XX-YY", help="en-de, or en,de,fr.", rich_help_panel=OWN)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Write a commented xlalign.toml to edit, and the schema that editors complete it by.

    **Examples**

    - `xlalign init` (a copy of the quickstart)
    - `xlalign init xtreme-micro --path my.toml`
    - `xlalign init own-data` (the same as below, with names to fill in)
    - `xlalign init --encoder ./mbert --bitext news.en news.de --languages en-de`
    """
    with boundary(debug=debug):
        if path.exists() and not force:
            raise UserError(f"{path} exists", "choose another --path, or --force to replace it")
        given = [*(bitext or ()), *_files(template, files, bitext)]
        own = encoder or given or languages
        _write(path, _own(encoder, given, languages, path) if own else _built_in(template))
        output().print(
            f"wrote [bold]{escape(str(path))}[/]; next: edit it, then `xlalign check {escape(str(path))}`",
            soft_wrap=True,
        )


def _files(template: str, files: list[str] | None, bitext: list[str] | None) -> list[str]:
    """Words behind `--bitext FILE` are more files."""
    words = [*([] if template in ("quickstart", "own-data") else [template]), *(files or ())]
    if not bitext and files:
        raise UserError(f"`{files[0]}`: one template at a time", "files of text go behind --bitext")
    return words if bitext else []


def _own(encoder: str | None, bitext: list[str], languages: str | None, path: Path) -> str:
    from xlalign.api.jobs import languages_of
    from xlalign.bitext.languages import normalise
    from xlalign.cli.templates import is_uri, own_file

    for value, option, example in (
        (bitext, "--bitext", "news.en news.de"),
        (languages, "--languages", "en-de"),
    ):
        if not value:
            raise UserError(f"a pipeline of your own needs {option}", f"for example {option} {example}")
    for name in bitext:
        if not is_uri(name) and not Path(name).exists():
            raise UserError(f"--bitext {name}: no such file", "give files of text, or URIs such as opus:Books")
    codes = [normalise(code) for code in languages_of(languages or "")]
    return own_file(_beside(encoder or "scratch:tiny", path), [_beside(name, path) for name in bitext], codes)


def _beside(name: str, path: Path) -> str:
    """A path of the working directory as the file's folder sees it."""
    folder = path.parent.absolute()
    if not Path(name).exists() or folder == Path.cwd() or Path(name).is_absolute():
        return f"./{name}" if Path(name).is_dir() and not name.startswith((".", "/", "~")) else name
    return Path(os.path.relpath(name, folder)).as_posix()


def _built_in(template: str) -> str:
    from xlalign.cli.templates import OWN_DATA
    from xlalign.stages.pipeline import builtin_files, locate

    if template == "own-data":
        return OWN_DATA
    if template not in builtin_files():
        locate(template)  # names the known ones
        raise UserError(f"{template} is a file, not the name of a built-in pipeline", "copy it, or name one")
    return builtin_files()[template].read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    from xlalign.stages.schema import schema

    try:
        write_text(path, f"#:schema ./{SCHEMA}\n{text}")
        write_text(path.parent / SCHEMA, json.dumps(schema(), indent=1) + "\n")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error
