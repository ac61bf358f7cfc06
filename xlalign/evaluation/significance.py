"""Is a difference more than chance? Two models that answered the same items, each with several seeds.

Two things vary that a claim wants to be true beyond: the items of the test set, and the seeds (new weights of the
output layer, new order of the examples). They are crossed, for every seed answers every item. So the test adds both
variances, as min F' does (Clark 1973, J. Verbal Learning 12, equation 4; t is its root):

    t = D / sqrt(V_items + V_seeds)        on S - 1 degrees of freedom

with D the difference of the mean scores, V_items its variance when items are resampled (bootstrap, the seeds as they
are), V_seeds = the variance of the S differences seed by seed, over S. Clark's degrees of freedom (Satterthwaite's)
lie between S - 1 and N - 1; with three seeds they call noise a difference in 9 % of null cases, because a V_seeds that
came out small by chance hands the verdict to the items. So the smaller number is taken: fewer verdicts, no false ones
(tests/evaluation/test_statistics.py simulates it). With one seed nothing is known of seeds; the test then speaks of
items only, and `seeds` says so.

Items carry the statistics of `Task.items`; a score is a function of their sums, so a resample costs one matrix
product.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

Total = Callable[[np.ndarray, int], np.ndarray]
"""(sums (..., K), number of items) -> scores (...), in percent."""

Name = TypeVar("Name")

LEVEL = 0.05
"""Verdicts are given where the corrected p is below this."""

ENOUGH_SEEDS = 3
"""With two, the difference has to be 12.7 times its standard error; from three on (4.3) a test says something."""


class Difference(NamedTuple):
    """A difference of scores.

    Attributes:
        mean: in points.
        low, high: 95 % interval for other items and other seeds.
        p: two-sided, of the same question (min F'); not corrected for other comparisons.
        p_items: two-sided, by exchanging the answers to items, the seeds as they are; never 0.
        seeds: how many seeds both models have.
        effect: mean over deviation of the seeds' differences, corrected for few seeds (Hedges); None with fewer
            than three.
    """

    mean: float
    low: float
    high: float
    p: float
    p_items: float
    seeds: int = 1
    effect: float | None = None


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
    by_seed = seed_differences(pairs, total)
    observed, seeds = float(by_seed.mean()), len(by_seed)
    items = max(pair.ours.shape[1] for pair in pairs)
    v_items = float(bootstrap(pairs, total, resamples, key).var())
    # The variance of a mean of S differences, hence / S; ddof because their own mean was taken off.
    v_seeds = float(by_seed.var(ddof=1)) / seeds if seeds > 1 else 0.0
    # Sums taken in another order differ in their last digits: an exchange that only renames the models must count. The
    # arrangement that was observed is one of the possible ones, hence + 1: of 999 none as extreme gives p = 0.001.
    extreme = (np.abs(randomisation(pairs, total, resamples, key)) >= abs(observed) - 1e-9).sum()
    p_items = float((extreme + 1) / (resamples + 1))
    p, half = t_of(observed, v_items + v_seeds, (seeds if seeds > 1 else items) - 1)
    if v_items + v_seeds == 0:  # every item and seed differs alike: only the exchange of answers can judge that
        p = p_items
    return Difference(observed, observed - half, observed + half, p, p_items, seeds, effect_size(by_seed))


def seed_differences(pairs: Sequence[Paired], total: Total) -> np.ndarray:
    """The difference seed by seed, mean over languages, (S,); models with other numbers of seeds share the fewer."""
    seeds = min(min(len(pair.ours), len(pair.theirs)) for pair in pairs)
    both = [[total(side[:seeds].sum(1), side.shape[1]) for side in pair] for pair in pairs]
    return np.mean([ours - theirs for ours, theirs in both], axis=0)


def t_of(mean: float, variance: float, freedom: int) -> tuple[float, float]:
    """p (two-sided) and half the 95 % interval of a mean with this variance; p is 1 where there is no variance."""
    from scipy.stats import t

    if variance <= 0:
        return 1.0, 0.0
    error = variance**0.5
    return float(2 * t.sf(abs(mean) / error, freedom)), float(t.ppf(0.975, freedom)) * error


def t_test(differences: Sequence[float]) -> tuple[float, float]:
    """p and half the 95 % interval of the mean of paired differences, one for each seed; needs two at least."""
    values = np.asarray(differences, float)
    return t_of(float(values.mean()), float(values.var(ddof=1)) / len(values), len(values) - 1)


def effect_size(by_seed: np.ndarray) -> float | None:
    """d_z of paired differences, with Hedges' factor 1 - 3 / (4 (S - 1) - 1), which needs three seeds; else None."""
    seeds = len(by_seed)
    # The factor is 1 - 3/7 = 0.57 for three seeds, 0.80 for five: few values spread too little, and d_z comes out
    # large.
    spread = float(by_seed.std(ddof=1)) if seeds > 2 else 0.0
    return float(by_seed.mean()) / spread * (1 - 3 / (4 * (seeds - 1) - 1)) if spread > 0 else None


def holm(ps: Mapping[Name, float]) -> dict[Name, float]:
    """p values corrected so that one false verdict among all has at most the chance LEVEL (Holm 1979).

    Of p = .01, .04, .03 the smallest counts three times, the next twice: .03, .06, .06 (never below the one before).
    """
    adjusted, worst = {}, 0.0
    for place, (name, p) in enumerate(sorted(ps.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, (len(ps) - place) * p))
        adjusted[name] = worst
    return {name: adjusted[name] for name in ps}


def benjamini_hochberg(ps: Mapping[Name, float]) -> dict[Name, float]:
    """p values corrected so that of all verdicts at most the share LEVEL is false (Benjamini and Hochberg 1995).

    Of p = .01, .04, .03 the largest stays, the others are p m / rank, never above the one after: .03, .04, .04.
    """
    adjusted, best = {}, 1.0
    for place, (name, p) in reversed(list(enumerate(sorted(ps.items(), key=lambda item: item[1]), 1))):
        best = min(best, p * len(ps) / place)
        adjusted[name] = best
    return {name: adjusted[name] for name in ps}


def verdict(mean: float, corrected: float, seeds: int) -> str:
    """What may be said of a difference: `helps`, `hurts`, or that nothing can be told, and why."""
    if seeds < ENOUGH_SEEDS:
        return f"too few seeds ({seeds})"
    if corrected >= LEVEL:
        return "cannot tell"
    return "helps" if mean > 0 else "hurts"


def bootstrap(pairs: Sequence[Paired], total: Total, resamples: int, key: str) -> np.ndarray:
    """Differences of the mean scores when items are drawn with replacement, (resamples,) (Koehn 2004)."""

    def weights(items: int, count: int, random: np.random.Generator) -> np.ndarray:
        # Drawing N items with replacement is drawing how often each comes: 2 0 1 stands for items 0 0 2. So a resample
        # is a row of a matrix, and all of them are one product with the statistics.
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
        # Ours 1 4, theirs 3 2, the first item exchanged: our sum of 5 gains 3 - 1 and is 7, theirs of 5 loses it and is
        # 3.
        moved = swap @ (pair.theirs - pair.ours)
        ours, theirs = pair.ours.sum(1)[:, None] + moved, pair.theirs.sum(1)[:, None] - moved
        differences.append(_score(ours, total, swap.shape[1]) - _score(theirs, total, swap.shape[1]))
    return np.mean(differences, axis=0)


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
    # Philox counts from a key, so these numbers depend on the name of the comparison and on nothing drawn before.
    random = np.random.Generator(np.random.Philox(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")))
    sizes = dict.fromkeys(pair.ours.shape[1] for pair in pairs)
    drawn = {size: draw(size, resamples, random) for size in sizes}
    return [drawn[pair.ours.shape[1]] for pair in pairs]
