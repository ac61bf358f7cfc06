"""`xlalign align-words`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.jobs import JOB, align_lines
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, show_tables
from xlalign.errors import UserError, unknown_name

if TYPE_CHECKING:
    from xlalign.cli.stages import Outcomes
    from xlalign.stages.pipeline import Pipeline


@with_request
def command(
    request: Request,
    stages: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete.stages("align-words"),
            help="Names of [align-words.NAME] stages, default all; with --input, the second file.",
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="'SOURCE ||| TARGET'", help="Show the links of one pair as a matrix."),
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option("--languages", metavar="XX-YY", help="Language pair of --text or --input."),
    ] = None,
    gold: Annotated[
        list[str] | None,
        typer.Option("--gold", metavar="XX-YY=TEXT[,LINKS]", help="Score on this gold standard too."),
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="FILE",
            help="Two line-parallel files, one table (TSV, JSONL, ...), or - for lines `source ||| target`.",
            rich_help_panel=JOB,
        ),
    ] = None,
    aligner: Annotated[
        str | None,
        typer.Option(
            "--aligner",
            help="With --input: an aligner; default hmm, or itermax with an encoder.",
            rich_help_panel=JOB,
            autocompletion=complete.aligners,
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", metavar="MODEL", help="With --input: model folder or hub id.", rich_help_panel=JOB),
    ] = None,
) -> None:
    """Make the word links current: Pharaoh (fast_align) lines, a lexicon, and AER where there are gold links.

    **Examples**

    - `xlalign align-words --out links`
    - `xlalign align-words links --gold en-fr=test.src-tgt,test.gold`
    - `xlalign align-words links --languages en-de --text 'the dog sleeps ||| der Hund schläft'`
    - `xlalign align-words --input a.en a.de > links.txt` (no pipeline file; line n links line n of the files)
    - `xlalign align-words --input - --encoder ./mbert < pairs.txt` (lines `source ||| target`)
    """
    with boundary(debug=request.debug):
        if inputs:
            align_lines(request, [*inputs, *(stages or ())], languages, aligner, encoder)
            return
        if aligner or encoder:
            raise UserError("--aligner and --encoder go with --input", "or --set align-words.aligner=NAME for a file's")
        pipeline = _with_gold(open_pipeline(request), gold or [])
        known = pipeline.names("align-words")
        for name in stages or ():
            if name not in known:
                raise unknown_name("align-words stage", name, known)
        names = (stages or known)[: 1 if text else None]
        outcomes = current(request, pipeline, names, reading=_models(pipeline, names[0]) if text else ())
        if outcomes is not None and text:
            _show_pair(pipeline, outcomes, names[0], text, languages)
        elif outcomes is not None:
            from xlalign.stages.report import link_tables

            show_tables(request, outcomes, link_tables(pipeline, outcomes))


def _with_gold(pipeline: Pipeline, gold: list[str]) -> Pipeline:
    """The pipeline with gold standards added to every align-words stage."""
    stages = {
        name: settings.model_copy(update={"gold": (*settings.gold, *gold)})  # type: ignore[attr-defined]
        for name, settings in pipeline.stages.get("align-words", {}).items()
    }
    return replace(pipeline, stages={**pipeline.stages, "align-words": stages}) if gold else pipeline


def _models(pipeline: Pipeline, name: str) -> list[str]:
    """The stages whose models align one pair."""
    from xlalign.stages.base import model_stages

    encoder = getattr(pipeline.stages["align-words"][name], "encoder", "")
    return [name, encoder] if encoder in model_stages(pipeline.stages) else [name]


def _show_pair(pipeline: Pipeline, outcomes: Outcomes, name: str, text: str, languages: str | None) -> None:
    from xlalign.alignment.artifact import align_text
    from xlalign.alignment.settings import AlignSettings
    from xlalign.alignment.view import matrix, parse_pair

    settings = pipeline.stages["align-words"][name]
    assert isinstance(settings, AlignSettings)
    data = outcomes[name].artifact.data
    encoder = outcomes[settings.encoder].artifact.data if settings.encoder in outcomes else None
    pair = parse_pair(text)
    output().print(matrix(pair, align_text(pair, settings, encoder, data, languages or "")))
