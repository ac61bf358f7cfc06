"""How answers become scores, and what each item contributes to them.

Every headline is a function of sums over items, which makes resampling cheap: a mean of values in [0, 1] per item,
or F1 of summed (correct, found, wanted) counts. An item is a sentence, a question or a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from xlalign.errors import DataError

ChunkRule = Literal["legacy", "current"]
"""Which chunks a tag sequence holds, see `xlalign.evaluation.metrics.tags`."""

MetricScores = dict[str, float]
ItemStatistics = tuple[float, ...]


@dataclass(frozen=True)
class Scorer:
    """The metrics of a task.

    Args:
        scores: (gold, predicted, language, chunk rule) -> every metric, in percent.
        items: the same arguments -> one row of statistics per item.
        total: (sums of the statistics (..., K), number of items) -> the headline, in percent.
        main: the metrics whose mean is the headline.
        keys: names of the items, where which items there are depends on the predictions.
        beside: metrics that we report and the benchmark does not.
        by_rule: scores depend on the chunk rule.
    """

    scores: Callable[[Any, Any, str, ChunkRule], MetricScores]
    items: Callable[[Any, Any, str, ChunkRule], list[ItemStatistics]]
    total: Callable[[np.ndarray, int], np.ndarray]
    main: tuple[str, ...]
    keys: Callable[[Any, Any], list[str]] | None = None
    beside: tuple[str, ...] = ()
    by_rule: bool = False


def mean_of_values(sums: np.ndarray, count: int) -> np.ndarray:
    """Mean over the items and over the values of each item."""
    return 100.0 * sums.mean(-1) / count


def f1_of_counts(sums: np.ndarray, count: int) -> np.ndarray:
    """F1 of summed (correct, found, wanted); 0 where nothing was found or wanted."""
    return 200.0 * sums[..., 0] / np.maximum(sums[..., 1] + sums[..., 2], 1)


def set_scores(correct: int, found: int, wanted: int) -> MetricScores:
    """Precision, recall and F1 in percent from counts; 0 where a ratio has no denominator."""
    precision = correct / found if found else 0.0
    recall = correct / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
    return {"f1": 100.0 * f1, "precision": 100.0 * precision, "recall": 100.0 * recall}


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> MetricScores:
    """Percentage of positions where the two strings are equal.

    Raises:
        DataError: the two lists differ in length, or there is nothing to score.
    """
    check_lengths(len(gold), len(predicted), "items")
    right = sum(g == p for g, p in zip(gold, predicted, strict=True))
    return {"accuracy": 100.0 * right / len(gold)}


def check_lengths(gold: int, predicted: int, unit: str) -> None:
    """Refuse to score lists of different lengths or empty lists."""
    if gold != predicted:
        raise DataError(f"{predicted} predictions for {gold} {unit}; wanted one each")
    if not gold:
        raise DataError(f"nothing to score: no {unit}")


def _accuracy(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: ChunkRule) -> MetricScores:
    return accuracy(gold, predicted)


def _right(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: ChunkRule) -> list[ItemStatistics]:
    return [(float(g == p),) for g, p in zip(gold, predicted, strict=True)]


ACCURACY = Scorer(_accuracy, _right, mean_of_values, ("accuracy",))
