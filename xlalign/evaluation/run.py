"""A whole evaluation in this process, for library use; the pipeline runs the same cells side by side and cached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xlalign.evaluation.aggregate import Results, aggregate
from xlalign.evaluation.cells import CellResult, run_cell
from xlalign.evaluation.settings import EvalSettings


def evaluate(models: Mapping[str, str | Path], settings: EvalSettings, work: Path, baseline: str = "") -> Results:
    """Compute every cell of the grid task x model x seed and bring them together.

    Args:
        models: name -> model folder or hub id; the first is the baseline unless another is named.
        settings: tasks, seeds, data, options.
        work: folder for checkpoints and finished cells; a stopped evaluation found there is finished.
        baseline: name of the model that the others are compared with.
    """
    found: dict[str, list[CellResult]] = {}
    for name, model in models.items():
        folder = work / name.replace("/", "--")
        trials = [run_cell(cell, model, folder / f"trial-{n}") for n, cell in enumerate(settings.trials())]
        found[name] = [
            run_cell(cell, model, folder / cell.label, trials=[t for t in trials if t.task == cell.task])
            for cell in settings.cells()
        ]
    return aggregate(found, settings, baseline)
