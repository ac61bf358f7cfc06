"""Predictions as a folder in the benchmark's submission layout."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlalign.evaluation.cells import CellResult
from xlalign.evaluation.forms import FORMS
from xlalign.evaluation.tasks import TASKS


def write_predictions(folder: Path, results: Iterable[CellResult]) -> list[Path]:
    """Write `<task>/test-<lang>.tsv|json` of one model and seed; the official evaluator reads the folder as it is.

    Args:
        folder: where to; made if needed.
        results: the cells of one model, at most one a task.
    """
    written = []
    for result in results:
        task = TASKS.get(result.task) if result.task in TASKS else None
        form = FORMS[task.kind if task else result.settings["custom"]["kind"]]
        for lang, language in result.languages.items():
            path = folder / (task.folder if task else result.task) / f"test-{lang}.{form.suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(form.text(language.predictions), encoding="utf-8")
            written.append(path)
    return written
