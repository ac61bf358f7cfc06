"""Is a difference more than chance? Tests over items, paired between two models.

Items carry the statistics of `Task.items`; a score is a function of their sums, so a resample costs one matrix
product. Several seeds of a model are averaged inside each resample: the tests speak about the items of the test
set, the deviation over seeds stands beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

Total = Callable[[np.ndarray, int], np.ndarray]
"""(sums (..., K), number of items) -> scores (...), in percent."""

BLOCK = 256
"""Resamples drawn at a time."""


class Difference(NamedTuple):
    """A difference of scores in points, its 95 % interval, and two two-sided p values."""

    mean: float
    low: float
    high: float
    p: float
    p_randomisation: float


class Paired(NamedTuple):
    """The same items answered by two models: statistics (S, N, K) of S seeds each."""

    ours: np.ndarray
    theirs: np.ndarray


def compare(pairs: Sequence[Paired], total: Total, resamples: int, key: str) -> Difference:
    """Compare two models on one language, or on the mean over several.

    Args:
        pairs: one element per language. Equal numbers of items in all of them are resampled together, because
            test sets of the benchmark translate the same items.
        total: scores from sums.
        resamples: bootstrap samples and random exchanges.
        key: names the comparison; the random numbers follow from it.
    """
    observed = _difference(pairs, total)
    samples = bootstrap(pairs, total, resamples, key)
    exchanged = randomisation(pairs, total, resamples, key)
    low, high = np.percentile(samples, [2.5, 97.5])
    beyond = min((samples <= 0).mean(), (samples >= 0).mean())
    as_extreme = (np.abs(exchanged) >= abs(observed) - 1e-9).sum()
    p = float(min(1.0, 2 * beyond))
    return Difference(observed, float(low), float(high), p, float((as_extreme + 1) / (resamples + 1)))


def bootstrap(pairs: Sequence[Paired], total: Total, resamples: int, key: str) -> np.ndarray:
    """Differences under resampling of items with replacement, (resamples,) (Koehn 2004)."""

    def weights(items: int, count: int, random: np.random.Generator) -> np.ndarray:
        return random.multinomial(items, np.full(items, 1 / items), size=count).astype(np.float64)

    drawn = _over_languages(pairs, resamples, f"bootstrap {key}", weights)
    differences = [
        _score(w @ pair.ours, total, w.shape[1]) - _score(w @ pair.theirs, total, w.shape[1])
        for pair, w in zip(pairs, drawn, strict=True)
    ]
    return np.mean(differences, axis=0)


def randomisation(pairs: Sequence[Paired], total: Total, resamples: int, key: str) -> np.ndarray:
    """Differences when each item's answers are exchanged with probability 1/2, (resamples,) (Noreen 1989)."""

    def swaps(items: int, count: int, random: np.random.Generator) -> np.ndarray:
        return random.integers(0, 2, size=(count, items)).astype(np.float64)

    drawn = _over_languages(pairs, resamples, f"randomisation {key}", swaps)
    differences = []
    for pair, swap in zip(pairs, drawn, strict=True):
        moved = swap @ (pair.theirs - pair.ours)
        ours, theirs = pair.ours.sum(1)[:, None] + moved, pair.theirs.sum(1)[:, None] - moved
        differences.append(_score(ours, total, swap.shape[1]) - _score(theirs, total, swap.shape[1]))
    return np.mean(differences, axis=0)


def _difference(pairs: Sequence[Paired], total: Total) -> float:
    both = [[total(side.sum(1), side.shape[1]).mean() for side in pair] for pair in pairs]
    return float(np.mean([ours - theirs for ours, theirs in both]))


def _score(sums: np.ndarray, total: Total, items: int) -> np.ndarray:
    """Mean over seeds of the scores of sums (S, R, K), (R,)."""
    return total(sums, items).mean(0)


def _over_languages(
    pairs: Sequence[Paired],
    resamples: int,
    key: str,
    draw: Callable[[int, int, np.random.Generator], np.ndarray],
) -> list[np.ndarray]:
    """One draw (resamples, N) per language: the same one for languages with equally many items."""
    random = np.random.Generator(np.random.Philox(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")))
    sizes = dict.fromkeys(pair.ours.shape[1] for pair in pairs)
    drawn = {size: draw(size, resamples, random) for size in sizes}
    return [drawn[pair.ours.shape[1]] for pair in pairs]
