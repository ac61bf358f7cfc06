"""Precision, recall, F1 and alignment error rate (AER) against sure and possible gold links.

Och and Ney (2003), with hypothesis A, sure S and possible P (S is a part of P), summed over the corpus:
precision = |A and P| / |A|, recall = |A and S| / |S|, AER = 1 - (|A and P| + |A and S|) / (|A| + |S|).
An empty A or S leaves precision or recall at 0 instead of dividing by zero. Nothing is rounded on the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from xlalign.errors import DataError
from xlalign.types import Link

TOLERATED = 0.005
"""Share of gold links that may lie outside their sentences: published files contain a few slips."""


class AerScore(NamedTuple):
    """Scores in [0, 1] and the five corpus sums they come from; `notes` are warnings for the reader."""

    precision: float
    recall: float
    f1: float
    aer: float
    predicted: int
    sure: int
    possible: int
    correct_possible: int
    correct_sure: int
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**self._asdict(), "notes": list(self.notes)}


def score(
    predicted: Sequence[Iterable[Link]], sure: Sequence[Iterable[Link]], possible: Sequence[Iterable[Link]]
) -> AerScore:
    """Score one hypothesis per sentence pair.

    Args:
        predicted: links per pair.
        sure: sure gold links per pair, in the same order.
        possible: possible gold links per pair; the sure ones are added where they are missing.

    Raises:
        DataError: the three sequences differ in length.
    """
    if not len(predicted) == len(sure) == len(possible):
        raise DataError(
            f"{len(predicted)} hypotheses, {len(sure)} sure and {len(possible)} possible gold lines",
            "align exactly the sentence pairs of the gold file, in its order",
        )
    counts = [0] * 5
    for hypothesis, sure_links, possible_links in zip(predicted, sure, possible, strict=True):
        a, s = set(hypothesis), set(sure_links)
        p = s.union(possible_links)
        for index, links in enumerate((a, s, p, a & p, a & s)):
            counts[index] += len(links)
    return from_counts(*counts)


def from_counts(predicted: int, sure: int, possible: int, correct_possible: int, correct_sure: int) -> AerScore:
    """The scores that follow from |A|, |S|, |P|, |A and P| and |A and S|."""
    precision = correct_possible / predicted if predicted else 0.0
    recall = correct_sure / sure if sure else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    error = 1 - (correct_possible + correct_sure) / (predicted + sure) if predicted + sure else 0.0
    return AerScore(precision, recall, f1, error, predicted, sure, possible, correct_possible, correct_sure)


def shift(lines: Iterable[Iterable[Link]], by: int) -> list[tuple[Link, ...]]:
    """Move every index of every line."""
    return [tuple((i + by, j + by) for i, j in line) for line in lines]


def outside(lines: Iterable[Iterable[Link]], lengths: Iterable[tuple[int, int]]) -> int:
    """How many links point outside their sentence pair of (source, target) words."""
    return sum(
        not (0 <= i < width and 0 <= j < height)
        for line, (width, height) in zip(lines, lengths, strict=True)
        for i, j in line
    )


def detect_base(lines: Sequence[Collection[Link]], lengths: Sequence[tuple[int, int]]) -> int:
    """Whether raw gold indices count words from 0 or from 1.

    An index 0 settles it. Otherwise base 1 is taken: a gold set in which no pair links a first word does not
    occur, unless every such index was shifted.

    Raises:
        DataError: under the detected base more than `TOLERATED` of the links are outside their sentences.
    """
    base = 0 if any(0 in link for line in lines for link in line) else 1
    check_range(shift(lines, -base), lengths, base)
    return base


def check_range(lines: Sequence[Collection[Link]], lengths: Sequence[tuple[int, int]], base: int) -> tuple[str, ...]:
    """Refuse zero-based gold links outside their sentences; a few slips only give a note.

    Raises:
        DataError: more than `TOLERATED` of the links are outside.
    """
    wrong, total = outside(lines, lengths), sum(map(len, lines))
    if not wrong:
        return ()
    message = f"{wrong} of {total} gold links, read as {base}-based, point outside their sentence pair"
    if wrong > TOLERATED * total:
        raise DataError(message, f"is the file {1 - base}-based, or does it belong to another text?")
    return (f"{message}; they stay in the counts",)


def suspect_base(
    predicted: Sequence[Iterable[Link]], sure: Sequence[Iterable[Link]], possible: Sequence[Iterable[Link]]
) -> tuple[str, ...]:
    """A warning when shifting the gold links by one word would halve the AER."""
    error = score(predicted, sure, possible).aer
    notes = []
    for by in (-1, 1):
        shifted = score(predicted, shift(sure, by), shift(possible, by)).aer
        if shifted < error / 2:
            notes.append(
                f"AER {100 * error:.1f} % would be {100 * shifted:.1f} % with every gold index moved by {by:+d}: "
                f"the gold links seem to be {'1' if by < 0 else '0'}-based"
            )
    return tuple(notes)
