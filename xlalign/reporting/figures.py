"""Which figures a report has, by the name of their files."""

from __future__ import annotations

from collections.abc import Iterator

from xlalign.reporting import plots
from xlalign.reporting.data import CorpusReport, ReportData
from xlalign.reporting.plots import Drawing
from xlalign.reporting.results import Evaluated, task_title


def drawings_of(data: ReportData) -> dict[str, Drawing]:
    """Every figure of a report: bars and layers of each task, transfer, training curves, links, filters of bitexts."""
    baseline = data.results.baseline if data.results else ""
    found = dict(_task_drawings(data.results)) if data.results else {}
    if data.transfer:
        title = "alignment and transfer"
        found["transfer"] = plots.scatter(data.transfer.points, baseline, title, data.transfer.labels)
    if any(curve.parts for curve in data.curves):
        found["training"] = plots.curves(data.curves)
    if data.links:
        found["links"] = plots.precision_recall(data.links)
    for corpus in data.corpora:
        found |= _filter_drawing(corpus)
    return found


def _task_drawings(results: Evaluated) -> Iterator[tuple[str, Drawing]]:
    for name, task in results.tasks.items():
        title = f"{task_title(results, name)} by language"
        yield f"{name}-languages", plots.bars(task, results.baseline, title)
        curves = {model: scores.curve for model, scores in task.models.items() if scores.curve}
        if curves:
            yield f"{name}-layers", plots.layers(curves, results.baseline, "retrieval by layer")


def _filter_drawing(corpus: CorpusReport) -> dict[str, Drawing]:
    steps = [step for step in corpus.filters if sum(step.counts) and len(step.edges) == len(step.counts) + 1]
    if not steps:
        return {}
    return {f"{corpus.name}-filters": plots.histograms(steps, f"filter scores of {corpus.name}")}
