"""`xlalign project`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.errors import UserError


def command(
    task: Annotated[
        str,
        typer.Argument(help="What the files hold: udpos, panx, xquad, ...", autocompletion=complete.tasks),
    ],
    source: Annotated[Path, typer.Option("--source", "-s", help="The annotated data, in a file format of the task.")],
    target: Annotated[Path, typer.Option("--target", "-t", help="Its translation, line by line, in the same format.")],
    languages: Annotated[str, typer.Option("--languages", metavar="XX-YY", help="Languages of the two files.")],
    aligner: Annotated[
        str | None,
        typer.Option("--aligner", help="Default hmm, or hybrid with an encoder.", autocompletion=complete.aligners),
    ] = None,
    encoder: Annotated[
        str | None, typer.Option("--encoder", metavar="MODEL", help="Model folder or hub id, for an aligner with one.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default standard output.")] = None,
    score: Annotated[
        bool, typer.Option("--score", help="Compare with the annotation that the target file has itself.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", "-j", min=1, help="Threads.")] = 1,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Carry tags, named entities or answer spans over word links into a translation.

    The result is a file of the task, to train on: put it where `translate_train` looks, as `udpos/train-de.tsv`.

    **Examples**

    - `xlalign project udpos -s en_pud.conllu -t de_pud.conllu --languages en-de --score`
    - `xlalign project panx -s train-en.tsv -t train-de.tsv --languages en-de --encoder ./e5 -o panx/train-de.tsv`
    - `xlalign project xquad -s squad.en.json -t squad.ru.json --languages en-ru -o squad/translate.ru.json`
    """
    with boundary(debug=debug):
        from xlalign.api.projecting import project_file

        codes = languages.split("-")
        if len(codes) != 2 or not all(codes):
            raise UserError(f"`{languages}` are no two languages", "write --languages en-de")
        if out is not None and out.exists() and out.is_dir():
            raise UserError(f"--out {out} is a folder", "name a file")
        made = project_file(
            task, source, target, (codes[0], codes[1]), aligner=aligner or "", encoder=encoder or "", workers=workers
        )
        note = output(stderr=True)
        if made.lost:
            note.print(f"{made.lost} of {len(made.examples) + made.lost} annotations have no link and are left out")
        if score:
            figures = "  ".join(f"{name} {value:.1f}" for name, value in made.scores.items())
            note.print(f"against the annotation of {target.name}: {figures}", soft_wrap=True)
        if out is not None:
            out.write_text(made.text, encoding="utf-8")
        elif not score:
            sys.stdout.write(made.text)
