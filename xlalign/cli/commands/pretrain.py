"""`xlalign pretrain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.jobs import JOB, required, run_job
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, describe, open_pipeline, print_json
from xlalign.errors import UserError, unknown_name

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline


@with_request
def command(
    request: Request,
    stages: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of [pretrain.NAME] stages, default all; with --source, one preset.",
            autocompletion=complete.stages_and_presets,
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="PRESET", help="With --explain: a preset, as published.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print equation, settings and deviations; train nothing.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="MODEL", help="Model folder, hub id or scratch:SIZE.", rich_help_panel=JOB),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="URI", help="Parallel text; may be given again.", rich_help_panel=JOB),
    ] = None,
    mono: Annotated[
        list[str] | None,
        typer.Option("--mono", metavar="URI", help="Monolingual text, where the preset reads it.", rich_help_panel=JOB),
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option("--languages", metavar="XX-YY", help="Of the text: en-de, or en,de,fr.", rich_help_panel=JOB),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Optimizer steps.", rich_help_panel=JOB)] = None,
) -> None:
    """Make the pretrained encoders current: train by the preset of each [pretrain.NAME] table.

    **Examples**

    - `xlalign pretrain` (every model of the pipeline)
    - `xlalign pretrain ppa --set pretrain.ppa.steps=200 --out models`
    - `xlalign pretrain --preset ml-ctl --explain` (the preset as published)
    - `xlalign pretrain ml-ctl --explain` (a stage, with the settings of the pipeline file)
    - `xlalign pretrain ppa --from ./mbert --source a.tsv --languages en-de --out models` (no pipeline file)
    """
    with boundary(debug=request.debug):
        if source or start:
            _train_job(request, stages or [], start, source or [], mono or [], languages, steps)
            return
        if mono or languages or steps:
            raise UserError("--mono, --languages and --steps go with --source", "or --set pretrain.NAME.steps=200")
        if preset:
            _explain_preset(preset, explain=explain)
            return
        pipeline = open_pipeline(request)
        names = _names(pipeline, stages)
        if explain:
            for name in names:
                _explain_stage(pipeline, name)
            return
        outcomes = current(request, pipeline, names)
        if outcomes is not None and request.json_output:
            print_json(describe(outcomes, names))


def _train_job(
    request: Request,
    presets: list[str],
    start: str | None,
    source: list[str],
    mono: list[str],
    languages: str | None,
    steps: int | None,
) -> None:
    from xlalign.api.jobs import pretrain_job

    preset = required(presets[0] if len(presets) == 1 else None, "the name of one preset", "ppa")
    model, codes = required(start, "--from", "./mbert"), required(languages, "--languages", "en-de")
    if not source:
        required(None, "--source", "a.en-de.tsv")
    settings = {"steps": steps} if steps else {}
    assignments = request.assignments or ()
    job = pretrain_job(preset, model, source, codes, mono=mono, settings=settings, assignments=assignments)
    run_job(request, job, preset)


def _names(pipeline: Pipeline, wanted: list[str] | None) -> list[str]:
    known = pipeline.names("pretrain")
    for name in wanted or ():
        if name not in known:
            raise unknown_name("pretrain stage", name, known)
    return wanted or known


def _explain_preset(name: str, *, explain: bool) -> None:
    from xlalign.objectives.presets import explanation, load

    load(name)
    if not explain:
        raise UserError(
            "--preset goes with --explain; what is trained is said by the pipeline file",
            f'add a table [pretrain.{name}] with preset = "{name}", or `xlalign pretrain --preset {name} --explain`',
        )
    output().print(explanation(name), markup=False, highlight=False, soft_wrap=True)


def _explain_stage(pipeline: Pipeline, name: str) -> None:
    from xlalign.training.settings import PretrainSettings

    settings = pipeline.stages["pretrain"][name]
    assert isinstance(settings, PretrainSettings)
    output().print(settings.explanation(), markup=False, highlight=False, soft_wrap=True)
