"""One line per task that pins everything a number depends on, in sacreBLEU's manner.

xnli|data:micro:0@1f0c|train:24000@9ab3|dev:en@77aa|seeds:1,2|steps:3000|regime:en-dev(2)|v:0.1.0
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from xlalign.evaluation.cell import GridCell, Tuning
from xlalign.evaluation.results import CellResult
from xlalign.evaluation.settings import EvalSettings


def signature(cells: Sequence[CellResult], settings: EvalSettings) -> Iterator[str]:
    """The signature line of each task."""
    for name in settings.all_tasks():
        found = [cell for cell in cells if cell.task == name]
        if found:
            yield "|".join(
                [name, *(f"{key}:{value}" for key, value in _facts(found).items() if value), f"v:{version('xlalign')}"]
            )


def _facts(cells: Sequence[CellResult]) -> dict[str, Any]:
    first = cells[0]
    cell = GridCell.model_validate(first.settings)
    # One digest for all languages, in their order: a changed example anywhere changes the line.
    tested = "".join(result.data for result in first.languages.values())
    facts = {
        "data": f"{cell.test.data}@{hashlib.sha256(tested.encode()).hexdigest()[:8]}",
        "split": cell.test.split,
        "langs": len(first.languages),
    }
    options = cell.tuning.options if cell.tuning else cell.retrieval
    if options and options.precision != "fp32":
        facts["precision"] = options.precision
    if cell.tuning is None:
        return facts | _compared(cells)
    rule = cell.rule if cell.test.resolved().metrics.by_rule else ""
    return {**facts, **_tuned(cells, cell.tuning, own=cell.tuning.data.task == cell.task), "rule": rule}


def _tuned(cells: Sequence[CellResult], tuning: Tuning, *, own: bool) -> dict[str, Any]:
    setup, trained = cells[0].setup, tuning.data
    origin = "" if own and trained.split == "train" else f"{trained.task}.{trained.split}:"
    regimes = dict.fromkeys(cell.setup["regime"] for cell in cells)
    chosen = f"best-of-{len(setup['trials'])}-on-en-dev" if setup["trials"] else "; ".join(regimes)
    return {
        "translate-train": trained.mixing and trained.mixing.label,
        "train": f"{origin}{setup['train_examples']}@{setup['train'][:8]}",
        "dev": f"{'held-out' if setup['dev_held_out'] else 'en'}@{setup['dev'][:8]}",
        "steps": setup["steps"],
        "batch": tuning.options.batch_size,
        "len": tuning.options.max_length,
        "regime": chosen,
        "seeds": ",".join(map(str, dict.fromkeys(cell.seed for cell in cells))),
    }


def _compared(cells: Sequence[CellResult]) -> dict[str, Any]:
    setup = cells[0].setup
    points = dict.fromkeys(cell.setup["point"] for cell in cells)
    return {
        "point": "best-on-held-out-pairs" if cells[0].curve else "; ".join(points),
        "score": setup["score"] + ("(centred)" if setup["centred"] else ""),
    }
