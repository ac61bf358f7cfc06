"""Rank correlation between alignment and transfer, over models and languages."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

FEWEST = 6
"""Below so many points a rank correlation says next to nothing; a warning is given."""


class Correlation(NamedTuple):
    """Spearman's rho, its permutation p value (two-sided), its bootstrap 95 % interval, and the number of points."""

    rho: float
    p: float
    low: float
    high: float
    points: int


def spearman(x: Sequence[float], y: Sequence[float], resamples: int = 2000, seed: int = 0) -> Correlation:
    """Rank correlation with average ranks for ties.

    Args:
        x: one value per point, such as alignment accuracy.
        y: one value per point, such as the transfer gap.
        resamples: permutations and bootstrap samples.
        seed: of the random numbers.
    """
    if len(x) < FEWEST:
        warnings.warn(f"a rank correlation of {len(x)} points says next to nothing", stacklevel=2)
    ranks_x, ranks_y = _ranks(np.asarray(x, float)), _ranks(np.asarray(y, float))
    rho = _pearson(ranks_x, ranks_y)
    random = np.random.Generator(np.random.Philox(seed))
    permuted = np.array([_pearson(ranks_x, random.permutation(ranks_y)) for _ in range(resamples)])
    # The observed order is one of the permutations: + 1 above and below, so p is never 0.
    p = float(((np.abs(permuted) >= abs(rho) - 1e-12).sum() + 1) / (resamples + 1))
    picks = random.integers(0, len(x), size=(resamples, len(x)))
    # Points are drawn, not ranks: a point drawn twice ties with itself and shifts the ranks of all others.
    samples = np.array([_pearson(_ranks(np.asarray(x)[pick]), _ranks(np.asarray(y)[pick])) for pick in picks])
    low, high = np.nanpercentile(samples, [2.5, 97.5])
    return Correlation(rho, p, float(low), float(high), len(x))


def alignment_and_transfer(
    alignment: Mapping[str, Mapping[str, float]], transfer: Mapping[str, Mapping[str, float]], source: str = "en"
) -> Correlation:
    """Do better aligned languages transfer better? Over all (model, language) points that both tables have.

    Args:
        alignment: model -> language -> alignment accuracy.
        transfer: model -> language -> task score; the gap to `source` of the same model is correlated.
        source: the language of fine-tuning.

    Returns:
        The rank correlation of alignment with the gap (negative where alignment helps).
    """
    points = [
        (value, transfer[model][source] - transfer[model][lang])
        for model, languages in alignment.items()
        for lang, value in languages.items()
        if source in transfer.get(model, {}) and lang in transfer[model] and lang != source
    ]
    x, y = zip(*points, strict=True)
    return spearman(x, y)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, the mean rank for equal values."""
    # 3 1 3: one value is smaller than each 3, and two equal it, so they share the ranks 2 and 3: 1 + 3/2 = 2.5. 1 has
    # rank 1.
    smaller = (values[:, None] > values[None, :]).sum(1)
    equal = (values[:, None] == values[None, :]).sum(1)
    return smaller + (equal + 1) / 2


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    """Linear correlation; not a number when one side is constant."""
    x, y = x - x.mean(), y - y.mean()
    norm = np.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / norm) if norm else float("nan")
