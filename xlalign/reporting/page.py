"""One self-contained HTML page: no script, no request, every text escaped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from xlalign.reporting import plots
from xlalign.reporting.data import CorpusReport, ReportData, StageRun
from xlalign.reporting.heat import heat
from xlalign.reporting.renderers import RENDERERS, SUFFIXES
from xlalign.reporting.results import Results, TaskScores, task_name
from xlalign.reporting.scores import metrics_table, setup_table, task_table
from xlalign.reporting.table import Table
from xlalign.reporting.templating import environment, template_source
from xlalign.reporting.viewer import Matrix, worst_first

PASTE = {"markdown": "Markdown", "latex": "LaTeX", "csv": "CSV"}
PAIRS_SHOWN = 12
GROUPED = 8


class TaskView(NamedTuple):
    """A task: table, bars, every metric, how the models were tuned, and for retrieval the course over the layers."""

    name: str
    title: str
    table: Table
    bars: Markup
    metrics: Table | None
    setup: Table | None
    layers: Markup | None


class StageGroup(NamedTuple):
    """Stages shown as one line: a single one, or all of a kind that there are many of (cells of an evaluation)."""

    name: str
    state: str
    seconds: float | None
    stages: list[StageRun]


def render(data: ReportData) -> str:
    """The page as HTML; the same data give the same bytes."""
    template = environment().get_template("page.html")
    return template.render(
        data=data,
        style=Markup(template_source("style.css")),
        tasks=list(_tasks(data)),
        heat=heat(data.results) if data.results and len(_compared(data.results)) > 1 else None,
        transfer=_transfer(data),
        curves=Markup(plots.curves(data.curves)) if any(c.parts for c in data.curves) else None,
        matrices=_matrices(data),
        histograms=_histograms,
        groups=stage_groups(data.stages),
        table=lambda table: Markup(RENDERERS.get("html")(table)),
        paste=_paste,
        canonical=lambda value: json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True),
    )


def tables(data: ReportData) -> list[Table]:
    """Every table of the page, in its order."""
    found = [*data.summary]
    if data.results:
        for name in data.results.tasks:
            found += filter(None, [task_table(name, data.results), metrics_table(name, data.results)])
    found += data.diagnostics
    return [*found, data.aer] if data.aer else found


def write(data: ReportData, folder: Path) -> Path:
    """Write report.html, report.json and each table in every format below `folder`; return the page."""
    below = folder / "tables"
    below.mkdir(parents=True, exist_ok=True)
    for table in tables(data):
        for form in ("markdown", "latex", "csv", "json"):
            (below / (table.name + SUFFIXES[form])).write_text(RENDERERS.get(form)(table), encoding="utf-8")
    (folder / "report.json").write_text(data.model_dump_json(indent=1) + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render(data), encoding="utf-8")
    return page


def _tasks(data: ReportData) -> Iterator[TaskView]:
    if data.results is None:
        return
    for name, task in data.results.tasks.items():
        chart = Markup(plots.bars(task, data.results.baseline, f"{task_name(name)} by language"))
        table, setup = task_table(name, data.results), setup_table(name, data.results)
        metrics, layers = metrics_table(name, data.results), _layers(task, data.results.baseline)
        yield TaskView(name, task_name(name), table, chart, metrics, setup, layers)


def _layers(task: TaskScores, baseline: str) -> Markup | None:
    curves = {model: scores.curve for model, scores in task.models.items() if scores.curve}
    return Markup(plots.layers(curves, baseline, "retrieval by layer")) if curves else None


def stage_groups(stages: Sequence[StageRun]) -> list[StageGroup]:
    """Stages in order; a kind that occurs more than `GROUPED` times becomes one line."""
    counts = Counter(stage.stage for stage in stages)
    groups: dict[str, list[StageRun]] = {}
    for stage in stages:
        many = counts[stage.stage] > GROUPED
        groups.setdefault(stage.stage if many else stage.name, []).append(stage)
    return [_group(name, found) for name, found in groups.items()]


def _group(name: str, stages: list[StageRun]) -> StageGroup:
    states = Counter(stage.state for stage in stages)
    many = len(stages) > 1
    seconds = [stage.seconds for stage in stages if stage.seconds is not None]
    state = ", ".join(f"{count} {state}" for state, count in states.items()) if many else stages[0].state
    return StageGroup(f"{name} ({len(stages)})" if many else name, state, sum(seconds) if seconds else None, stages)


def _compared(results: Results) -> set[str]:
    return {model for task in results.tasks.values() for model in task.models}


def _transfer(data: ReportData) -> Markup | None:
    if data.transfer is None:
        return None
    baseline = data.results.baseline if data.results else ""
    return Markup(plots.scatter(data.transfer.points, baseline, "alignment and transfer", data.transfer.labels))


def _histograms(corpus: CorpusReport) -> Markup | None:
    """The score histograms of the filters that have one."""
    filters = [step for step in corpus.filters if sum(step.counts) and len(step.edges) == len(step.counts) + 1]
    return Markup(plots.histograms(filters, f"filter scores of {corpus.name}")) if filters else None


def _matrices(data: ReportData) -> dict[str, list[Matrix]]:
    """The worst pairs of each aligner."""
    names = dict.fromkeys(pair.aligner for pair in data.alignments)
    return {n: worst_first([p for p in data.alignments if p.aligner == n], PAIRS_SHOWN) for n in names}


def _paste(table: Table) -> list[tuple[str, str]]:
    """The table's text in each format that people paste elsewhere."""
    return [(label, RENDERERS.get(form)(table)) for form, label in PASTE.items()]
