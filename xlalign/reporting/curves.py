"""Training curves out of metrics.jsonl."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from xlalign.errors import DataError
from xlalign.reporting.data import Curve, Series

LEFT_OUT = frozenset({"step", "learning_rate", "gradient_norm", "seconds", "tokens"})


def read_curve(path: Path, name: str) -> Curve:
    """The curve of one training run: one JSON object a line, each with `step` and numbers.

    Raises:
        DataError: a line is not such an object.
    """
    points: dict[str, tuple[list[int], list[float]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        step, values = _record(line, f"{path}:{number}")
        for key, value in values.items():
            steps, series = points.setdefault(key, ([], []))
            steps.append(step)
            series.append(value)
    return Curve(name=name, parts={key: Series(steps=tuple(s), values=tuple(v)) for key, (s, v) in points.items()})


def panel_order(name: str) -> tuple[int, str]:
    """Sorts quantities for display: the loss, its parts, what else was recorded, dev scores."""
    ranks = (name == "loss", name.endswith("loss"), not name.startswith("dev/"))
    return ranks.index(True) if any(ranks) else len(ranks), name


def smooth(values: Sequence[float], weight: float = 0.8) -> list[float]:
    """Exponential moving average, corrected for its start at zero as Adam corrects its moments."""
    average, smoothed = 0.0, []
    for count, value in enumerate(values, start=1):
        average = weight * average + (1 - weight) * value
        # A constant 4 stays 4: the first average is 0.2 * 4, and 1 - 0.8 = 0.2 divides it.
        smoothed.append(average / (1 - weight**count))
    return smoothed


def _record(line: str, where: str) -> tuple[int, dict[str, float]]:
    try:
        record = json.loads(line)
        step = int(record["step"])
        numbers = {key: float(value) for key, value in record.items() if isinstance(value, int | float)}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{where}: not a record of metrics.jsonl: {error!r}", 'wanted {"step": 1, "loss": ...}'
        ) from error
    return step, {key: value for key, value in numbers.items() if key not in LEFT_OUT and isfinite(value)}
