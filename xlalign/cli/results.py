"""Print what the stages found: the tables on a terminal, or one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.cli.console import output
from xlalign.cli.options import Request
from xlalign.cli.stages import describe, print_json

if TYPE_CHECKING:
    from xlalign.cli.stages import Outcomes
    from xlalign.stages.pipeline import Pipeline


def show_outcomes(request: Request, pipeline: Pipeline, outcomes: Outcomes, *, everything: bool = True) -> None:
    """Print the tables of a run: the summary, alignment error rates and (not `everything`) the tables by task."""
    from xlalign.reporting.renderers.terminal import View
    from xlalign.reporting.scores import task_table
    from xlalign.stages.report import error_rates, evaluation, summaries

    results = evaluation(pipeline, outcomes)
    tables = [*summaries(pipeline, outcomes), error_rates(pipeline, outcomes)] if everything else []
    if results and not everything:
        tables = [task_table(name, results) for name in results.tasks]
    shown = [table for table in tables if table is not None]
    if request.json_output:
        document: dict[str, object] = {"stages": describe(outcomes, list(outcomes))}
        print_json({**document, "tables": [table.model_dump(mode="json") for table in shown]})
        return
    console = output()
    for table in shown:
        console.print()
        console.print(View(table))
    if results and everything and not request.quiet:
        console.print("\n[dim]`xlalign report` writes these as Markdown, LaTeX and one HTML page[/]")
