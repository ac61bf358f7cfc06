"""F1 of mined sentence pairs (BUCC)."""

from __future__ import annotations

from collections.abc import Iterable

from xlalign.evaluation.metrics.tagging import set_scores

Mined = tuple[str, ...]


def mining_f1(gold: Iterable[Mined], predicted: Iterable[Mined]) -> dict[str, float]:
    """Precision, recall and F1 over (source id, target id), in percent; a pair given twice counts once."""
    wanted, found = set(gold), set(predicted)
    return set_scores(len(wanted & found), len(found), len(wanted))
