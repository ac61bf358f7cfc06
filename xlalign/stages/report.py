"""Gather what the stages of a run left behind into the data of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from xlalign.errors import UserError
from xlalign.evaluation.diagnostics.record import Diagnostics
from xlalign.reporting.alignment import error_table, gold_table, lexicon_table, link_curves
from xlalign.reporting.benchmark import benchmark_table
from xlalign.reporting.citations import merged
from xlalign.reporting.corpora import corpus_report
from xlalign.reporting.curves import read_curve
from xlalign.reporting.data import AlignedPair, Citation, Curve, ReportData, StageRun
from xlalign.reporting.diagnostics import sentence_table, transfer, word_table
from xlalign.reporting.results import Evaluated, Origin, renamed, shown_names, task_title, with_shown_names
from xlalign.reporting.summary import headline, summary_table
from xlalign.reporting.table import Table
from xlalign.stages.base import model_stages
from xlalign.stages.evaluate import EvalStage
from xlalign.stages.runner import Outcome

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline

VIEWED_PAIRS = 40
"""Gold pairs of each language pair that the alignment viewer gets."""

Outcomes = Mapping[str, Outcome]


def gather(pipeline: Pipeline, outcomes: Outcomes) -> ReportData:
    """Everything that a report of these outcomes shows."""
    results = evaluation(pipeline, outcomes)
    controls = controls_of(pipeline)
    diagnosed = diagnostics(pipeline, outcomes)
    return ReportData(
        title=pipeline.title,
        command=pipeline.command_line("report"),
        version=version("xlalign"),
        created=max((outcome.artifact.manifest.created for outcome in outcomes.values()), default="")[:10],
        headline=headline(results, controls=controls) if results else None,
        summary=tuple(summaries(pipeline, outcomes)),
        results=results,
        diagnostics=tuple(diagnostics_tables(diagnosed)),
        transfer=transfer(diagnosed, results.primary, results) if results and diagnosed else None,
        aer=error_rates(pipeline, outcomes),
        links=tuple(link_curves(link_scores(pipeline, outcomes))),
        alignments=tuple(pair for name in _ran(pipeline, outcomes, "align-words") for pair in _pairs(name, outcomes)),
        curves=tuple(_curves(pipeline, outcomes)),
        corpora=tuple(
            corpus_report(name, _json(outcomes[name], "report.json")) for name in _ran(pipeline, outcomes, "prepare")
        ),
        stages=tuple(_stage(name, outcome) for name, outcome in outcomes.items()),
        citations=merged([*_task_citations(results), *_stage_citations(outcomes)]),
    )


def evaluation(pipeline: Pipeline, outcomes: Outcomes) -> Evaluated | None:
    """The content of results.json of the first evaluation that ran."""
    names = _ran(pipeline, outcomes, "eval")
    if not names:
        return None
    trained = [name for name in model_stages(pipeline.stages) if name in outcomes]
    origins = {name: _origin(outcomes[name]) for name in trained}
    found = _json(outcomes[names[0]], "results.json")
    results = Evaluated.model_validate({**found, "origins": origins, "command": pipeline.command_line("report")})
    return with_shown_names(results, labels_of(pipeline))


def labels_of(pipeline: Pipeline) -> dict[str, str]:
    """What the `[eval]` tables call their models."""
    stages = [cast("EvalStage", settings) for settings in pipeline.stages.get("eval", {}).values()]
    return {model: label for settings in stages for model, label in settings.labels.items()}


def diagnostics(pipeline: Pipeline, outcomes: Outcomes) -> dict[str, Diagnostics]:
    """The diagnostics of each model, where they ran."""
    names = _ran(pipeline, outcomes, "diagnostics")
    found = _json(outcomes[names[0]], "diagnostics.json") if names else {}
    diagnosed = {model: Diagnostics.model_validate(entry) for model, entry in found.items()}
    return renamed(diagnosed, shown_names(diagnosed, labels_of(pipeline)))


def diagnostics_tables(found: Mapping[str, Diagnostics]) -> list[Table]:
    """The tables of diagnostics; none where there are none."""
    return [sentence_table(found), word_table(found)] if found else []


def _origin(outcome: Outcome) -> Origin:
    manifest = outcome.artifact.manifest
    return Origin(key=manifest.key, content=manifest.content, settings=manifest.hashed["settings"])


def controls_of(pipeline: Pipeline) -> tuple[str, ...]:
    """The models that are no contestants, by the `[eval]` table, as they are shown."""
    stages = [cast("EvalStage", settings) for settings in pipeline.stages.get("eval", {}).values()]
    names = shown_names([model for settings in stages for model in settings.models], labels_of(pipeline))
    return tuple(names.get(model, model) for settings in stages for model in settings.controls)


def summaries(pipeline: Pipeline, outcomes: Outcomes) -> list[Table]:
    """The short answer: one row a model. Empty where nothing was evaluated."""
    results = evaluation(pipeline, outcomes)
    if results is None:
        return []
    trained = [name for name in model_stages(pipeline.stages) if name in outcomes]
    shown = {model: name for name, model in results.names.items()}
    seconds = {shown.get(name, name): outcomes[name].artifact.manifest.seconds for name in trained}
    summary = summary_table(results, primary=results.primary, controls=controls_of(pipeline), seconds=seconds or None)
    benchmark = benchmark_table(results)
    return [summary, benchmark] if benchmark else [summary]


def error_rates(pipeline: Pipeline, outcomes: Outcomes) -> Table | None:
    """Alignment error rates of every align-words stage that had gold links."""
    scores = link_scores(pipeline, outcomes)
    rates = {name: {pair: entry["aer"] for pair, entry in table.items()} for name, table in scores.items() if table}
    return error_table(rates) if rates else None


def link_scores(pipeline: Pipeline, outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    """The scores on gold links of every align-words stage that ran, by gold standard."""
    return {name: _json(outcomes[name], "scores.json") for name in _ran(pipeline, outcomes, "align-words")}


def link_tables(pipeline: Pipeline, outcomes: Outcomes) -> list[Table]:
    """What the gold standards and dictionaries of the align-words stages say."""
    names = _ran(pipeline, outcomes, "align-words")
    tables = (
        gold_table(link_scores(pipeline, outcomes)),
        lexicon_table({name: _json(outcomes[name], "report.json") for name in names}),
    )
    return [table for table in tables if table]


def _ran(pipeline: Pipeline, outcomes: Outcomes, section: str) -> list[str]:
    return [name for name in pipeline.stages.get(section, {}) if name in outcomes]


def _json(outcome: Outcome, name: str) -> dict[str, Any]:
    path = outcome.artifact.data / name
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _task_citations(results: Evaluated | None) -> list[Citation]:
    tasks = results.tasks if results else {}
    return [Citation(of=task_title(results, name), text=task.citation) for name, task in tasks.items() if results]


def _stage_citations(outcomes: Outcomes) -> Iterator[Citation]:
    """The paper of each preset, and what a stage says itself in its manifest (`info["citations"]`, what: text)."""
    for outcome in outcomes.values():
        manifest = outcome.artifact.manifest
        preset = manifest.hashed["settings"].get("preset")
        if isinstance(preset, str) and (paper := _paper(preset)):
            yield Citation(of=f"preset {preset}", text=paper)
        for what, text in dict(manifest.info.get("citations", {})).items():
            yield Citation(of=str(what), text=str(text))


def _paper(preset: str) -> str:
    """The paper of a preset; "" for one that is not here any more or never had one."""
    from xlalign.objectives.presets import load

    try:
        return load(preset).paper
    except UserError:
        return ""


def _curves(pipeline: Pipeline, outcomes: Outcomes) -> list[Curve]:
    paths = {name: outcomes[name].artifact.data / "metrics.jsonl" for name in _ran(pipeline, outcomes, "pretrain")}
    return [read_curve(path, name) for name, path in paths.items() if path.is_file()]


def _pairs(name: str, outcomes: Outcomes) -> list[AlignedPair]:
    """Aligned pairs that have gold links, for the viewer."""
    from xlalign.alignment.files import scored_pairs

    return [AlignedPair(aligner=name, **row) for row in scored_pairs(outcomes[name].artifact.data, VIEWED_PAIRS)]


def _stage(name: str, outcome: Outcome) -> StageRun:
    manifest = outcome.artifact.manifest
    return StageRun(
        name=name,
        stage=manifest.stage,
        key=manifest.key,
        state=outcome.state,
        why=outcome.why,
        seconds=manifest.seconds,
        content=manifest.content,
        settings=manifest.hashed["settings"],
        inputs=manifest.hashed["inputs"],
        versions=manifest.versions,
        facts={"peak memory (MB)": round(manifest.peak_memory / 1e6), **manifest.info},
    )
