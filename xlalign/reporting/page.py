"""One self-contained HTML page: no script, no request, every text escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup

from xlalign.reporting.citations import bibliography, is_bibtex
from xlalign.reporting.data import CorpusReport, ReportData
from xlalign.reporting.figures import drawings_of
from xlalign.reporting.gains import heat
from xlalign.reporting.plots import Drawing
from xlalign.reporting.provenance import stage_groups
from xlalign.reporting.renderers import RENDERERS, rendered
from xlalign.reporting.renderers.html import environment, template_source
from xlalign.reporting.results import task_title
from xlalign.reporting.scores import metrics_table, setup_table, task_table
from xlalign.reporting.table import Table
from xlalign.reporting.viewer import Matrix, worst_first

PAIRS_SHOWN = 12


class TaskView(NamedTuple):
    """A task: table, bars, every metric, how the models were tuned, and for retrieval the course over the layers."""

    name: str
    title: str
    table: Table
    bars: Markup | None
    metrics: Table | None
    setup: Table | None
    layers: Markup | None


def render(data: ReportData, drawings: Mapping[str, Drawing] | None = None) -> str:
    """The page as HTML; the same data give the same bytes.

    Args:
        drawings: the figures, where they are drawn already (`drawings_of`).
    """
    found = drawings_of(data) if drawings is None else drawings
    figures = {name: Markup(drawing.inline()) for name, drawing in found.items()}
    return (
        environment()
        .get_template("page.html")
        .render(
            data=data,
            style=Markup(template_source("style.css")),
            tasks=list(_tasks(data, figures)),
            heat=heat(data.results) if data.results and len(data.results.models) > 1 else None,
            figures=figures,
            matrices=_matrices(data),
            histograms=lambda corpus: _histograms(corpus, figures),
            groups=stage_groups(data.stages),
            table=lambda table: Markup(rendered(table, "html")),
            paste=_paste,
            bibliography=bibliography(data.citations),
            is_bibtex=is_bibtex,
            canonical=lambda value: json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True),
        )
    )


def _tasks(data: ReportData, figures: Mapping[str, Markup]) -> Iterator[TaskView]:
    if data.results is None:
        return
    for name in data.results.tasks:
        yield TaskView(
            name,
            task_title(data.results, name),
            task_table(name, data.results),
            figures.get(f"{name}-languages"),
            metrics_table(name, data.results),
            setup_table(name, data.results),
            figures.get(f"{name}-layers"),
        )


def _histograms(corpus: CorpusReport, figures: Mapping[str, Markup]) -> Markup | None:
    """The score histograms of the filters that have one."""
    return figures.get(f"{corpus.name}-filters")


def _matrices(data: ReportData) -> dict[str, list[Matrix]]:
    """The worst pairs of each aligner."""
    names = dict.fromkeys(pair.aligner for pair in data.alignments)
    return {n: worst_first([p for p in data.alignments if p.aligner == n], PAIRS_SHOWN) for n in names}


def _paste(table: Table) -> list[tuple[str, str]]:
    """The table's text in each format that people paste elsewhere."""
    offered = [renderer for renderer in map(RENDERERS.get, RENDERERS) if renderer.title]
    return [(renderer.title, renderer.render(table)) for renderer in offered]
