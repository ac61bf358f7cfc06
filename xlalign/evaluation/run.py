"""A whole evaluation in this process, for library use; the pipeline runs the same cells side by side and cached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from xlalign.artifacts.digest import digest
from xlalign.config import identity
from xlalign.evaluation.aggregate import aggregate
from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.cells import run_cell
from xlalign.evaluation.results import CellResult, EvaluationResults
from xlalign.evaluation.settings import EvalSettings, width_of
from xlalign.evaluation.tuned import RECORD, tune


def evaluate(
    models: Mapping[str, str | Path], settings: EvalSettings, work: Path, baseline: str = ""
) -> EvaluationResults:
    """Compute every cell of the grid task x model x seed and bring them together.

    Args:
        models: name -> model folder or hub id; the first is the baseline unless another is named.
        settings: tasks, seeds, data, options.
        work: folder for checkpoints and finished cells; a stopped evaluation found there is finished.
        baseline: name of the model that the others are compared with.
    """
    found: dict[str, list[CellResult]] = {}
    settings = settings.fitted(map(_width, models.values()))
    cells = settings.cells()
    for name, model in models.items():
        folder = work / name.replace("/", "--")
        found[name] = [run_cell(cell, model, folder / cell.label, tuned=_tuned(cell, model, folder)) for cell in cells]
    return aggregate(found, settings, baseline)


def _width(model: str | Path) -> int:
    """Of a model folder; 0 where it is none."""
    path = Path(model) / "config.json"
    return width_of(json.loads(path.read_bytes())) if path.is_file() else 0


def _tuned(cell: GridCell, model: str | Path, folder: Path) -> Path | None:
    """The fine-tuned model of a cell; cells that train alike share it."""
    tuning = cell.tuning
    if tuning is None:
        return None
    out = folder / f"{tuning.label},{digest(identity(tuning))[:8]}"
    if not (out / RECORD).is_file():
        tune(tuning, model, out.with_name(f"{out.name}.work"), out)
    return out
