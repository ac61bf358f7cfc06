"""Whether the score of a link means its probability: a map that makes it so, and how well it does on gold links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.types import Alignment, Link

Doubles = NDArray[np.float64]
BINS = 10
EDGE = 1e-6
"""Scores are kept this far from 0 and 1, where the logit has no value."""


class Calibration(NamedTuple):
    """A logistic map of scores (Platt 1999): logit p = slope logit s + coverage c + offset, increasing in s.

    c is the share of the words of the pair that have a link: where few find a counterpart, links are wrong more often.
    Fitted on the dev sets of XL-WA, it is what carries over to pairs of distant languages (docs/log.md).
    """

    slope: float = 1.0
    coverage: float = 0.0
    offset: float = 0.0

    def __call__(self, scores: NDArray[np.floating[Any]], coverage: Doubles) -> Doubles:
        """Probabilities of links with `scores` in [0, 1] in pairs with that `coverage`, both (links,)."""
        inside = np.clip(scores.astype(np.float64), EDGE, 1 - EDGE)
        return 1 / (1 + np.exp(-self.slope * np.log(inside / (1 - inside)) - self.coverage * coverage - self.offset))


class Bin(NamedTuple):
    """Links with scores in one tenth of [0, 1], from `least`: how many, their mean score, how many are right."""

    least: float
    links: int
    score: float
    precision: float


class CurvePoint(NamedTuple):
    """Precision and recall of the links with a score of at least `least`."""

    least: float
    precision: float
    recall: float


class Reliability(NamedTuple):
    """Expected calibration error in [0, 1], the bins it is summed over, and precision and recall by least score."""

    ece: float
    bins: tuple[Bin, ...]
    curve: tuple[CurvePoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        rows = {name: [row._asdict() for row in getattr(self, name)] for name in ("bins", "curve")}
        return {"ece": self.ece, **rows}


def reliability(
    found: Sequence[Alignment], sure: Sequence[Iterable[Link]], possible: Sequence[Iterable[Link]]
) -> Reliability:
    """How far the scores of links are from the share of links that are right.

    A link is right if it is a sure or a possible one, as in the precision of the AER. The expected calibration error is
    the mean distance of score and precision over ten bins, weighted by their links (Guo et al. 2017, equation 3).

    Args:
        found: links and scores per pair.
        sure: sure gold links per pair, in the same order.
        possible: possible gold links per pair; the sure ones are added where they are missing.
    """
    gold = [(set(s), {*s, *p}) for s, p in zip(map(tuple, sure), possible, strict=True)]
    links = [(link, *of_pair) for row, of_pair in zip(found, gold, strict=True) for link in row.links]
    scores = np.array([score for row in found for score in row.scores])
    right = np.array([link in allowed for link, _, allowed in links], dtype=bool)
    certain = np.array([link in known for link, known, _ in links], dtype=bool)
    number = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    bins = tuple(_bin(place, scores[number == place], right[number == place]) for place in range(BINS))
    error = sum(row.links * abs(row.score - row.precision) for row in bins) / max(len(scores), 1)
    total = sum(len(known) for known, _ in gold)
    thresholds = (place / BINS for place in range(BINS))
    curve = tuple(_point(least, right[scores >= least], certain[scores >= least], total) for least in thresholds)
    return Reliability(error, bins, curve)


def _bin(place: int, scores: Doubles, right: NDArray[np.bool_]) -> Bin:
    if not len(scores):
        return Bin(place / BINS, 0, 0.0, 0.0)
    return Bin(place / BINS, len(scores), float(scores.mean()), float(right.mean()))


def _point(least: float, right: NDArray[np.bool_], certain: NDArray[np.bool_], total: int) -> CurvePoint:
    return CurvePoint(least, float(right.mean()) if len(right) else 0.0, float(certain.sum()) / max(total, 1))
