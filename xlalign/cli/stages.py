"""What all stage commands do: load the pipeline, make its stages current, show the result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from xlalign.cli.console import StageReporter, output
from xlalign.cli.options import Request
from xlalign.errors import shown

if TYPE_CHECKING:
    from xlalign.artifacts.store import Store
    from xlalign.evaluation.results import CellResult
    from xlalign.reporting.table import Table
    from xlalign.stages.base import Node
    from xlalign.stages.execution import ExecutionSettings
    from xlalign.stages.measured import MeasuredSetup
    from xlalign.stages.pipeline import Pipeline
    from xlalign.stages.runner import Outcome, Planned
    from xlalign.stages.tables import Fields

    Outcomes = dict[str, Outcome]


def open_pipeline(request: Request, name: str | None = None, fields: Fields | None = None) -> Pipeline:
    """The pipeline that a command works on, with `--set`, `--profile` and the options about downloads applied.

    Args:
        request: the common options.
        name: a file or built-in pipeline; None = that of `--config`, or the usual one.
        fields: what the command's own options say, for every stage of a section.
    """
    from xlalign.stages.pipeline import load, locate

    pipeline = load(locate(name or request.config), request.assignments or (), request.profile, fields)
    wanted = {name: True for name in ("offline", "frozen", "accept_changed") if getattr(request, name)}
    return pipeline.changed("prepare", wanted)


def current(
    request: Request,
    pipeline: Pipeline,
    targets: Sequence[str],
    reading: Sequence[str] = (),
    *,
    aside: bool = False,
) -> Outcomes | None:
    """Make the targets current and say so; with `--dry-run` print the plan and return None.

    Args:
        request: the common options.
        pipeline: what is run.
        targets: the stages wanted.
        reading: those whose artifacts the command itself reads in full.
        aside: what happens is said on standard error, because standard output is for a result.
    """
    from rich.text import Text

    from xlalign.artifacts.store import Store
    from xlalign.stages.execution import prepare_environment
    from xlalign.stages.export import refuse_unusable
    from xlalign.stages.runner import make_current, plan

    store, execution = Store(request.cache), _execution(request, pipeline)
    prepare_environment(execution.threads)  # before anything loads a numeric library
    pipeline.check(targets)
    graph = pipeline.graph()
    if request.out:
        refuse_unusable(request.out, targets)
        reading = targets
    if request.dry_run:
        with pipeline.at_home():
            lines = plan(graph, targets, store, execution.threads, pipeline.title)
        _show_plan(request, pipeline, lines, store)
        return None
    console = output(stderr=request.json_output or aside)
    quiet = request.quiet or request.json_output
    reporter = StageReporter(output(stderr=True) if quiet else console, quiet=quiet)
    with reporter.bars(), pipeline.at_home():
        outcomes = make_current(graph, targets, store, execution, reporter, pipeline.title, reading)
    if not (request.quiet or request.json_output):
        console.print(Text(f"{shown(pipeline.title)}: {reporter.totals()}", style="dim"))
    if request.out:
        with pipeline.at_home():
            scored = _scored(pipeline, graph, targets, store, execution.threads)
        _export(request, pipeline, outcomes, targets, scored)
    return outcomes


def _scored(
    pipeline: Pipeline, graph: Mapping[str, Node], targets: Sequence[str], store: Store, threads: int
) -> dict[str, CellResult]:
    """The first retrieval task of each model among the targets, where the cache has its result."""
    from xlalign.stages.base import model_stages
    from xlalign.stages.measured import retrieval_results
    from xlalign.stages.runner import cached

    models = [name for name in targets if name in model_stages(pipeline.stages)]
    made = cached(graph, store, threads) if models else {}
    found = {name: next(retrieval_results(name, graph, made), None) for name in models}
    return {name: result for name, result in found.items() if result}


def _export(
    request: Request,
    pipeline: Pipeline,
    outcomes: Mapping[str, Outcome],
    targets: Sequence[str],
    scored: Mapping[str, CellResult],
) -> None:
    """Copy artifacts to `--out`; models as sentence encoders that make the vectors which a task of the file scored."""
    from xlalign.stages.cards import describe_export
    from xlalign.stages.export import export

    assert request.out
    console = output(stderr=request.json_output)
    for name in targets:
        found = export(outcomes[name].artifact, request.out / name, scored.get(name))
        describe_export(pipeline, outcomes, name, request.out / name)
        if not request.json_output:
            console.print(
                Text(shown(f"{name} -> {request.out / name}{_sentences(found)}"), style="dim"), soft_wrap=True
            )
            if found and found.differs:
                warning = f"its sentence vectors are not those of the table: {found.differs}"
                console.print(Text.assemble(("warning: ", "bold yellow"), warning), soft_wrap=True)


def _sentences(found: MeasuredSetup | None) -> str:
    """`; sentence vectors as scored on tatoeba: layer 3, mean, prompt "query: "`."""
    if found is None:
        return ""
    setup, prompt = found.setup, f', prompt "{found.setup.prompt}"' if found.setup.prompt else ""
    where = "last layer" if setup.layer < 0 else f"layer {setup.layer}"
    return f"; sentence vectors as on {found.task}: {where}, {setup.pooling}{prompt}"


def show_outcomes(request: Request, pipeline: Pipeline, outcomes: Outcomes, *, everything: bool = True) -> None:
    """Print the tables of a run: the summary, alignment error rates and (not `everything`) the tables by task."""
    from xlalign.reporting.benchmark import benchmark_table
    from xlalign.reporting.scores import task_table
    from xlalign.stages.report import diagnostics, diagnostics_tables, error_rates, evaluation, summaries

    results = evaluation(pipeline, outcomes)
    tables = [*summaries(pipeline, outcomes), error_rates(pipeline, outcomes)]
    if everything:
        tables += diagnostics_tables(diagnostics(pipeline, outcomes))
    elif results:
        tables = [*(task_table(name, results) for name in results.tasks), benchmark_table(results)]
    show_tables(request, outcomes, [table for table in tables if table is not None])
    if results and everything and not (request.quiet or request.json_output):
        output().print("\n[dim]`xlalign report` writes these as Markdown, LaTeX and one HTML page[/]")


def show_bitexts(request: Request, outcomes: Outcomes, names: Sequence[str], pairs: int | None = None) -> None:
    """What happened to the text of the named prepare stages, what looks wrong with it, and some `pairs` of it."""
    if request.json_output:
        print_json(describe(outcomes, names))
    if request.json_output or (request.quiet and pairs is None):
        return
    from xlalign.bitext import summary
    from xlalign.cli.pairs import shown_pairs
    from xlalign.reporting.corpora import kept_table
    from xlalign.reporting.renderers.terminal import TableView

    console = output()
    for name in names:
        report = json.loads((outcomes[name].artifact.data / "report.json").read_text(encoding="utf-8"))
        console.print()
        console.print(TableView(kept_table(name, summary.rows(report))))
        for line in summary.warnings(report):
            console.print(Text.assemble(("warning: ", "bold yellow"), line), soft_wrap=True)
        if pairs is not None:
            console.print(shown_pairs(name, report, pairs, ascii_only=console.options.ascii_only))
    if pairs is None:
        console.print("[dim]`--show 5` prints pairs before and after, and the filters' scores[/]", soft_wrap=True)


def show_tables(
    request: Request, outcomes: Outcomes | None, tables: Sequence[Table], document: Mapping[str, Any] | None = None
) -> None:
    """Print tables; with `--json` the stages and tables, or `document` instead, as one JSON document."""
    if request.json_output:
        stages: dict[str, object] = {"stages": describe(outcomes, list(outcomes))} if outcomes else {}
        print_json(document or {**stages, "tables": [table.model_dump(mode="json") for table in tables]})
        return
    from xlalign.reporting.renderers.terminal import TableView

    console = output()
    for table in tables:
        console.print()
        console.print(TableView(table))


def print_json(value: object) -> None:
    """Print a JSON document to standard output."""
    print(json.dumps(value, indent=1, ensure_ascii=False))


def describe(outcomes: Outcomes, names: Sequence[str]) -> dict[str, object]:
    """The machine-readable result of the named stages."""
    return {name: _describe(outcomes[name]) for name in names}


def _describe(outcome: Outcome) -> dict[str, object]:
    manifest, path = outcome.artifact.manifest, str(outcome.artifact.data)
    return {"state": outcome.state, "why": outcome.why, "key": manifest.key, "path": path, "info": manifest.info}


def _execution(request: Request, pipeline: Pipeline) -> ExecutionSettings:
    if request.workers is None:
        return pipeline.execution
    return pipeline.execution.model_copy(update={"workers": request.workers})


def _show_plan(request: Request, pipeline: Pipeline, planned: Sequence[Planned], store: Store) -> None:
    from xlalign.cli.plan import plan_lines, print_plan

    lines = plan_lines(pipeline, planned, store)
    if request.json_output:
        costs = {line.name: asdict(line.cost) for line in lines if line.cost}
        rows = [{"state": line.state, "stage": line.node.name, "why": line.why} for line in planned]
        print_json([{**row, **costs.get(row["stage"], {})} for row in rows])
        return
    print_plan(shown(f"{pipeline.title} ({pipeline.source})"), lines)
