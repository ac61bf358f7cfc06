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
"""Probabilities are kept this far from 0 and 1, where the logit has no value."""


class LinkEvidence(NamedTuple):
    """What speaks for some links, (links,) each in [0, 1].

    Attributes:
        posterior: geometric mean of the posteriors of both directions.
        coverage: share of the words of the pair that have a link; where few have one, links are wrong more often.
        association: how often the two words are linked to one another in the *other* pairs of the training text (Dice).
        similarity: geometric mean of the two softmaxes of an encoder's word similarities; 1 where there is no encoder.
    """

    posterior: Doubles
    coverage: Doubles
    association: Doubles
    similarity: Doubles


class Calibration(NamedTuple):
    """A logistic map of evidence (Platt 1999): logit p = sum of weights times evidence + offset, increasing in each.

    Evidence is taken as logits, but for coverage, which is taken as it is. Fitted once for all languages, on the dev
    sets of XL-WA alone (`benchmarks/align_calibration.py`, docs/log.md).
    """

    posterior: float = 1.0
    coverage: float = 0.0
    association: float = 0.0
    similarity: float = 0.0
    offset: float = 0.0

    def __call__(self, evidence: LinkEvidence) -> Doubles:
        """Probabilities (links,)."""
        found: Doubles = features(evidence) @ np.array(self[:-1]) + self.offset
        return 1 / (1 + np.exp(-found))


def features(evidence: LinkEvidence) -> Doubles:
    """What the weights of a calibration multiply, (links, 4) in their order."""
    posterior, association, similarity = map(_logit, (evidence.posterior, evidence.association, evidence.similarity))
    return np.stack([posterior, evidence.coverage, association, similarity], axis=1)


def _logit(values: NDArray[np.floating[Any]]) -> Doubles:
    inside = np.clip(values.astype(np.float64), EDGE, 1 - EDGE)
    return np.log(inside / (1 - inside))


class Bin(NamedTuple):
    """Links with scores in one tenth of [0, 1], from `least`: how many, their mean score, the share right and sure."""

    least: float
    links: int
    score: float
    precision: float
    sure: float


class CurvePoint(NamedTuple):
    """Precision and recall of the links with a score of at least `least`."""

    least: float
    precision: float
    recall: float


class Reliability(NamedTuple):
    """Expected calibration errors in [0, 1], the bins they are summed over, and precision and recall by least score.

    `ece` takes a possible link as neither right nor wrong, `ece_possible` as right.
    """

    ece: float
    ece_possible: float
    bins: tuple[Bin, ...]
    curve: tuple[CurvePoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        rows = {name: [row._asdict() for row in getattr(self, name)] for name in ("bins", "curve")}
        return {"ece": self.ece, "ece_possible": self.ece_possible, **rows}


def reliability(
    found: Sequence[Alignment], sure: Sequence[Iterable[Link]], possible: Sequence[Iterable[Link]]
) -> Reliability:
    """How far the scores of links are from the share of links that are right.

    The expected calibration error is the mean distance of score and share over ten bins, weighted by their links (Guo
    et al. 2017, equation 3). Annotators could not agree whether a possible link is one, so the share that is right lies
    between that of the sure links and that of the sure and possible ones, and a score between the two has no error:

        10 links, mean score .8, 6 of them sure and 3 possible: right are .6 to .9, error 0; at .95 it were .05

    Where a gold standard has no possible links this is the usual error. `ece_possible` takes possible links as right,
    as the precision of the AER does.

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
    own = (number == place for place in range(BINS))
    bins = tuple(_bin(place, scores[here], right[here], certain[here]) for place, here in enumerate(own))
    bounded = sum(row.links * max(row.sure - row.score, row.score - row.precision, 0.0) for row in bins)
    upper = sum(row.links * abs(row.score - row.precision) for row in bins)
    total = sum(len(known) for known, _ in gold)
    thresholds = (place / BINS for place in range(BINS))
    curve = tuple(_point(least, right[scores >= least], certain[scores >= least], total) for least in thresholds)
    return Reliability(bounded / max(len(scores), 1), upper / max(len(scores), 1), bins, curve)


def _bin(place: int, scores: Doubles, right: NDArray[np.bool_], certain: NDArray[np.bool_]) -> Bin:
    if not len(scores):
        return Bin(place / BINS, 0, 0.0, 0.0, 0.0)
    return Bin(place / BINS, len(scores), float(scores.mean()), float(right.mean()), float(certain.mean()))


def _point(least: float, right: NDArray[np.bool_], certain: NDArray[np.bool_], total: int) -> CurvePoint:
    return CurvePoint(least, float(right.mean()) if len(right) else 0.0, float(certain.sum()) / max(total, 1))
