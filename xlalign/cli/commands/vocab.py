"""`xlalign vocab`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, show_tables
from xlalign.errors import UserError, unknown_name

if TYPE_CHECKING:
    from xlalign.cli.stages import Outcomes
    from xlalign.reporting.table import Table
    from xlalign.stages.pipeline import Pipeline

app = typer.Typer(
    help="Keep what languages use of an encoder's vocabulary, or give a language pieces of its own.\n\n"
    "**Examples**\n\n- `xlalign vocab trim`\n- `xlalign vocab extend larger --out models`",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Names = Annotated[
    list[str] | None, typer.Argument(help="Names of [vocabulary.NAME] stages; default all of the method.")
]
Model = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Without a file: model folder or hub id.")]
Texts = Annotated[
    list[str] | None,
    typer.Option("--text", metavar="LANG=FILE", help="Without a file: text of a language, a sentence a line."),
]


@app.command("trim")
@with_request
def trim(request: Request, stages: Names = None, model: Model = None, text: Texts = None) -> None:
    """Keep the pieces that the text uses: a fraction of the parameters, the same answers.

    **Examples**

    - `xlalign vocab trim` (every [vocabulary.NAME] with method = "trim")
    - `xlalign vocab trim --model xlm-roberta-base --text de=news.de.txt --text en=news.en.txt --out small`
    """
    with boundary(debug=request.debug):
        _make(request, "trim", stages, model, text, {})


@app.command("extend")
@with_request
def extend(
    request: Request,
    stages: Names = None,
    model: Model = None,
    text: Texts = None,
    languages: Annotated[
        str | None, typer.Option("--languages", metavar="XX,YY", help="Without a file: those that get new pieces.")
    ] = None,
) -> None:
    """Add pieces for languages that the vocabulary splits badly; `initialisation` says where their rows begin.

    **Examples**

    - `xlalign vocab extend` (every [vocabulary.NAME] with method = "extend")
    - `xlalign vocab extend --model small --text am=wiki.am.txt --languages am --set 'vocabulary.*.add.pieces=2000'`
    """
    with boundary(debug=request.debug):
        _make(request, "extend", stages, model, text, {"languages": languages.split(",")} if languages else {})


def _make(
    request: Request,
    method: str,
    stages: list[str] | None,
    model: str | None,
    text: list[str] | None,
    more: dict[str, Any],
) -> None:
    pipeline = _job(request, method, model, text or [], more) if model else open_pipeline(request)
    if not model and (text or more):
        raise UserError("--text and --languages go with --model", "a pipeline file has them in [vocabulary.NAME]")
    names = _names(pipeline, method, stages)
    outcomes = current(request, pipeline, names)
    if outcomes is not None:
        show_tables(request, outcomes, [_table(outcomes, name) for name in names])


def _job(request: Request, method: str, model: str, texts: list[str], more: dict[str, Any]) -> Pipeline:
    from xlalign.stages.pipeline import build

    files: dict[str, list[str]] = {}
    for entry in texts:
        language, separator, path = entry.partition("=")
        if not separator:
            raise UserError(f"--text {entry}: no language", f"write --text de={entry}")
        files.setdefault(language, []).append(path)
    table = {"method": method, "from": model, "text": files, **more}
    return build({"vocabulary": {method: table}}, "this job", "vocabulary", request.assignments or ())


def _names(pipeline: Pipeline, method: str, wanted: list[str] | None) -> list[str]:
    tables = pipeline.stages.get("vocabulary", {})
    known = [name for name in pipeline.names("vocabulary") if getattr(tables[name], "method", "") == method]
    for name in wanted or ():
        if name not in known:
            raise unknown_name(f'vocabulary stage with method = "{method}"', name, known)
    if not known:
        raise UserError(f'no [vocabulary.NAME] has method = "{method}"', f"add one, or see `xlalign vocab {method} -h`")
    return wanted or known


def _table(outcomes: Outcomes, name: str) -> Table:
    from xlalign.reporting.vocabulary import vocabulary_table

    report = json.loads((outcomes[name].artifact.data / "vocabulary.json").read_bytes())
    return vocabulary_table(name, report)
