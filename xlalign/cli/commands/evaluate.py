"""`xlalign eval`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.failures import boundary
from xlalign.cli.jobs import JOB
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, show_outcomes, show_tables
from xlalign.errors import UserError

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline
    from xlalign.stages.tables import Fields

DIAGNOSTICS = "diagnostics"
SCORING = "Scoring predictions made elsewhere"


@with_request
def command(
    request: Request,
    tasks: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete.tasks,
            help="Tasks, `xtreme` for all nine, or `diagnostics` of the encoders; default the tasks of the pipeline.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="DIR", help="Folder in XTREME's download layout, or micro:SEED, or hub:."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="MODEL",
            help="Model folder or hub id, instead of a pipeline file; again for more, the first is the baseline.",
            rich_help_panel=JOB,
        ),
    ] = None,
    score: Annotated[
        Path | None,
        typer.Option(
            "--score",
            metavar="DIR",
            help="Score a folder of predictions in the submission layout, TASK/test-LANG.tsv|json; nothing is trained.",
            rich_help_panel=SCORING,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="DIR",
            help="Gold answers in the same layout; without it those of the data.",
            rich_help_panel=SCORING,
        ),
    ] = None,
) -> None:
    """Make the evaluation current: fine-tune on English, test in every language, for every model and seed.

    **Examples**

    - `xlalign eval xnli`
    - `xlalign eval xnli udpos --set 'eval.seeds=[1,2,3]'`
    - `xlalign eval xtreme --data xtreme/download` (all nine, with the benchmark's average)
    - `xlalign eval tatoeba --model ./mbert --data xtreme/download` (no pipeline file; `hub:` without --data)
    - `xlalign eval diagnostics` (the encoders as they are: retrieval, word alignment, geometry, tokeniser)
    - `xlalign eval --score predictions --labels labels` (or `--data DIR`; as the benchmark's own evaluator scores)
    """
    with boundary(debug=request.debug):
        source = _source(data) if data else None
        if labels and not score:
            raise UserError("--labels goes with --score", "xlalign eval --score PREDICTIONS --labels LABELS")
        if model:
            _evaluate_models(request, tasks or [], model, source)
        elif score:
            _score(request, score, labels, tasks or [], _fields(data=source))
        elif tasks and DIAGNOSTICS in tasks:
            _diagnose(request, tasks, source)
        else:
            _evaluate(request, _fields(tasks=tasks, data=source))


def _fields(**given: str | list[str] | None) -> Fields:
    """What the options say for every stage of `[eval]`."""
    return {"eval": {name: value for name, value in given.items() if value}}


def _evaluate(request: Request, fields: Fields) -> None:
    pipeline = open_pipeline(request, fields=fields)
    outcomes = current(request, pipeline, pipeline.names("eval"))
    if outcomes is not None:
        show_outcomes(request, pipeline, outcomes, everything=False)


def _evaluate_models(request: Request, tasks: list[str], models: list[str], data: str | None) -> None:
    """Models that the user names, on tasks that the user names."""
    from xlalign.api.jobs import eval_job

    if not tasks:
        raise UserError("--model needs the names of tasks", "for example `xlalign eval tatoeba --model DIR`")
    job = eval_job(tasks, models, data or "hub:", assignments=request.assignments or ())
    section = next(iter(job.stages))
    outcomes = current(request, job, job.names(section))
    if outcomes is not None and section == DIAGNOSTICS:
        from xlalign.stages.report import diagnostics, diagnostics_tables

        show_tables(request, outcomes, diagnostics_tables(diagnostics(job, outcomes)))
    elif outcomes is not None:
        show_outcomes(request, job, outcomes, everything=False)


def _diagnose(request: Request, tasks: list[str], source: str | None) -> None:
    """Diagnostics of the `[diagnostics]` table, or of every model of the pipeline when there is none."""
    from xlalign.stages.report import diagnostics, diagnostics_tables

    if len(tasks) > 1:
        raise UserError("`diagnostics` stands alone", "run `xlalign eval diagnostics` and `xlalign eval TASKS`")
    pipeline = _diagnosed(open_pipeline(request, fields=_fields(data=source)), source)
    outcomes = current(request, pipeline, pipeline.names(DIAGNOSTICS))
    if outcomes is not None:
        show_tables(request, outcomes, diagnostics_tables(diagnostics(pipeline, outcomes)))


def _diagnosed(pipeline: Pipeline, data: str | None) -> Pipeline:
    """The pipeline with a diagnostics stage: its own, or one on the models and data of the evaluation."""
    from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
    from xlalign.evaluation.settings import EvalSettings

    tables = dict(pipeline.stages.get(DIAGNOSTICS, {}))
    if not tables:
        evaluated = next(iter(pipeline.stages.get("eval", {}).values()), EvalSettings())
        assert isinstance(evaluated, EvalSettings)
        tables = {DIAGNOSTICS: DiagnosticsSettings(models=evaluated.models, data=evaluated.data)}
    changed = {name: table.model_copy(update={"data": data} if data else {}) for name, table in tables.items()}
    return replace(pipeline, stages={**pipeline.stages, DIAGNOSTICS: changed})


def _score(request: Request, predictions: Path, labels: Path | None, tasks: list[str], fields: Fields) -> None:
    """Score predictions made by anyone, against label files or the data of the `[eval]` table."""
    from xlalign.evaluation.settings import EvalSettings
    from xlalign.evaluation.submission import score_folder, score_predictions
    from xlalign.reporting.benchmark import submission_table

    table = next(iter(open_pipeline(request, fields=fields).stages.get("eval", {}).values()), EvalSettings())
    assert isinstance(table, EvalSettings)
    settings = table.model_copy(update={"tasks": tuple(tasks) or ("xtreme", *table.custom)})
    if labels:
        found = score_folder(predictions, labels, rule=settings.pos_rule, languages=settings.languages)
    else:
        found = score_predictions(predictions, settings)
    show_tables(request, None, [submission_table(found)], found)


def _source(data: str) -> str:
    """A data source from what the user typed: a folder, or already a source."""
    from xlalign.evaluation.data.source import SCHEMES

    if data.partition(":")[0] in SCHEMES and ":" in data:
        return data
    if not Path(data).is_dir():
        raise UserError(
            f"--data {data}: no such folder", "give a folder in XTREME's download layout, micro:SEED or hub:"
        )
    return f"folder:{Path(data).as_posix()}"
