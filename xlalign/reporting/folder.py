"""What `xlalign report` leaves behind: the page, and its tables, figures and scores as files for other programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from xlalign.reporting import page
from xlalign.reporting.citations import bibliography
from xlalign.reporting.corpora import corpus_tables
from xlalign.reporting.data import ReportData
from xlalign.reporting.figures import drawings_of
from xlalign.reporting.format import file_stem
from xlalign.reporting.gains import gains_table
from xlalign.reporting.lm_eval import lm_eval_results
from xlalign.reporting.provenance import stage_table
from xlalign.reporting.renderers import Renderer, renderers
from xlalign.reporting.scores import metrics_table, setup_table, task_table
from xlalign.reporting.table import Table


def tables_of(data: ReportData) -> list[Table]:
    """Every table of the page, in its order."""
    found = [*data.summary]
    if data.results:
        for name in data.results.tasks:
            made = (make(name, data.results) for make in (task_table, metrics_table, setup_table))
            found += [table for table in made if table]
        if len(data.results.models) > 1:
            found.append(gains_table(data.results))
    found += [*data.diagnostics, *([data.aer] if data.aer else [])]
    for corpus in data.corpora:
        found += corpus_tables(corpus)
    return [*found, stage_table(data.stages)] if data.stages else found


def write(data: ReportData, folder: Path, formats: Sequence[str] = ()) -> Path:
    """Write the report below `folder`; return the page.

    Besides report.html and report.json: `tables/` (each in every format), `figures/` (SVG and PDF), `lm-eval/` (the
    scores of each model as the lm-evaluation-harness writes them) and citations.bib.

    Args:
        formats: of the tables, names in `RENDERERS`; all that are written by default where none is given.

    Raises:
        UserError: there is no such format.
    """
    chosen = renderers(tuple(formats))
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(tables_of(data), folder / "tables", chosen)
    drawings = drawings_of(data)
    if drawings:
        (folder / "figures").mkdir(exist_ok=True)
    for stem, drawing in zip(_stems(drawings), drawings.values(), strict=True):
        drawing.write(folder / "figures", stem)
    _write_scores(data, folder / "lm-eval")
    if data.citations:
        (folder / "citations.bib").write_text(bibliography(data.citations), encoding="utf-8")
    (folder / "report.json").write_text(data.model_dump_json(indent=1) + "\n", encoding="utf-8")
    written = folder / "report.html"
    written.write_text(page.render(data, drawings), encoding="utf-8")
    return written


def _write_tables(tables: Sequence[Table], folder: Path, chosen: Sequence[Renderer]) -> None:
    folder.mkdir(exist_ok=True)
    for stem, table in zip(_stems([table.name for table in tables]), tables, strict=True):
        for renderer in chosen:
            (folder / (stem + renderer.suffix)).write_text(renderer.render(table), encoding="utf-8")


def _write_scores(data: ReportData, folder: Path) -> None:
    if data.results is None:
        return
    folder.mkdir(exist_ok=True)
    models = data.results.models
    for stem, model in zip(_stems(models), models, strict=True):
        document = lm_eval_results(data.results, model, data.version)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{stem}.json").write_text(text, encoding="utf-8")


def _stems(names: Iterable[str]) -> list[str]:
    """A file name for each, all different: a/b and a-b are a-b and a-b-2."""
    counts: Counter[str] = Counter()
    found = []
    for name in names:
        stem = file_stem(name)
        counts[stem] += 1
        found.append(stem if counts[stem] == 1 else f"{stem}-{counts[stem]}")
    return found
