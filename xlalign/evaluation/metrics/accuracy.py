"""Share of items answered right: XNLI, PAWS-X and Tatoeba."""

from __future__ import annotations

from collections.abc import Sequence

from xlalign.errors import DataError


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
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
