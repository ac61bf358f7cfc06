"""One line per task that pins everything a number depends on, in sacreBLEU's manner.

xnli|data:micro:0@1f0c|train:24000@9ab3|dev:en@77aa|seeds:1,2|steps:3000|regime:en-dev(2)|v:0.1.0
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from xlalign.evaluation.cell_settings import Mixing
from xlalign.evaluation.cells import CellResult
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
    settings, setup = first.settings, first.setup
    tested = "".join(result.data for result in first.languages.values())
    facts = {
        "data": f"{settings['data']}@{hashlib.sha256(tested.encode()).hexdigest()[:8]}",
        "split": settings["split"],
        "langs": len(first.languages),
    }
    return facts | (_tuned(cells) if "regime" in setup else _compared(cells))


def _tuned(cells: Sequence[CellResult]) -> dict[str, Any]:
    settings, setup = cells[0].settings, cells[0].setup
    options, mixing = settings["options"], settings["mixing"]
    origin = settings["train_task"] and f"{settings['train_task']}.{settings['train_split']}:"
    regimes = dict.fromkeys(cell.setup["regime"] for cell in cells)
    chosen = f"best-of-{len(setup['trials'])}-on-en-dev" if setup["trials"] else "; ".join(regimes)
    return {
        "translate-train": mixing and Mixing.model_validate(mixing).label,
        "train": f"{origin}{setup['train_examples']}@{setup['train'][:8]}",
        "dev": f"{'held-out' if setup['dev_held_out'] else 'en'}@{setup['dev'][:8]}",
        "steps": setup["steps"],
        "batch": options["batch_size"],
        "len": options["max_length"],
        "regime": chosen,
        "seeds": ",".join(map(str, dict.fromkeys(cell.seed for cell in cells))),
        "rule": settings["rule"] if cells[0].task in ("udpos", "panx") else "",
    }


def _compared(cells: Sequence[CellResult]) -> dict[str, Any]:
    setup = cells[0].setup
    points = dict.fromkeys(cell.setup["point"] for cell in cells)
    return {
        "point": "best-on-held-out-pairs" if cells[0].curve else "; ".join(points),
        "score": setup["score"] + ("(centred)" if setup["centred"] else ""),
    }
