"""Print what the stages found: the tables on a terminal, or one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from xlalign.cli.console import output
from xlalign.cli.options import Request
from xlalign.cli.stages import describe, print_json

if TYPE_CHECKING:
    from xlalign.cli.stages import Outcomes
    from xlalign.reporting.table import Table
    from xlalign.stages.pipeline import Pipeline


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


def show_bitexts(request: Request, outcomes: Outcomes, names: Sequence[str]) -> None:
    """What happened to the text of the named prepare stages, and what looks wrong with it."""
    if request.json_output:
        print_json(describe(outcomes, names))
    if request.json_output or request.quiet:
        return
    from xlalign.bitext import summary
    from xlalign.reporting.corpora import kept_table
    from xlalign.reporting.renderers.terminal import TableView

    console = output()
    for name in names:
        report = json.loads((outcomes[name].artifact.data / "report.json").read_text(encoding="utf-8"))
        console.print()
        console.print(TableView(kept_table(name, summary.rows(report))))
        for line in summary.warnings(report):
            console.print(Text.assemble(("warning: ", "bold yellow"), line), soft_wrap=True)


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
