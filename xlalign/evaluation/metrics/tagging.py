"""Chunk F1 (UD-POS and PAN-X as the benchmark scores them) and token accuracy (the plain number)."""

from __future__ import annotations

from collections.abc import Sequence

from xlalign.errors import DataError
from xlalign.evaluation.metrics.accuracy import check_lengths
from xlalign.evaluation.metrics.chunks import Rule, chunks

Tags = Sequence[Sequence[str]]


def chunk_f1(gold: Tags, predicted: Tags, rule: Rule = "legacy") -> dict[str, float]:
    """Micro-averaged precision, recall and F1 of chunks, in percent; 0 where nothing was found.

    Raises:
        DataError: the sentences or their lengths differ.
    """
    check_tags(gold, predicted)
    wanted, found = chunks(gold, rule), chunks(predicted, rule)
    return set_scores(len(wanted & found), len(found), len(wanted))


def token_accuracy(gold: Tags, predicted: Tags) -> dict[str, float]:
    """Percentage of tokens with the right tag."""
    check_tags(gold, predicted)
    tokens = sum(map(len, gold))
    right = sum(g == p for one, other in zip(gold, predicted, strict=True) for g, p in zip(one, other, strict=True))
    return {"accuracy": 100.0 * right / tokens if tokens else 0.0}


def set_scores(correct: int, found: int, wanted: int) -> dict[str, float]:
    """Precision, recall and F1 in percent from counts; 0 where a ratio has no denominator."""
    precision = correct / found if found else 0.0
    recall = correct / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
    return {"f1": 100.0 * f1, "precision": 100.0 * precision, "recall": 100.0 * recall}


def check_tags(gold: Tags, predicted: Tags) -> None:
    """Refuse predictions whose sentences do not have the lengths of the gold ones."""
    check_lengths(len(gold), len(predicted), "sentences")
    for number, (one, other) in enumerate(zip(gold, predicted, strict=True), 1):
        if len(one) != len(other):
            raise DataError(f"sentence {number}: {len(other)} predicted tags for {len(one)} words; wanted one each")
