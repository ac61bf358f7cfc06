"""Retrieval by nearest neighbours, and what mining is judged by; scores as in `xlalign.bitext.margin`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xlalign.bitext.margin import Candidate, Score, adjusted, mine, neighbours

__all__ = ["Candidate", "Score", "adjusted", "best_threshold", "hubness", "mean_similarity", "mine", "nearest"]

BLOCK = 2048
"""Queries compared at a time: a block of similarities is (BLOCK, M)."""


def nearest(queries: np.ndarray, index: np.ndarray, score: Score = "cosine", k: int = 4) -> np.ndarray:
    """The best row of `index` for each query, (N,); the first of equals.

    Args:
        queries: unit vectors, (N, D).
        index: unit vectors, (M, D).
        score: how a pair is compared.
        k: neighbours in r(x) and r(y).
    """
    if score == "cosine":
        # r(x) and r(y) are known only when all neighbours are, which cosine can do without.
        return np.concatenate([block.argmax(1) for _, block in _blocks(queries, index)])
    near, back = mean_similarity(queries, index, k), mean_similarity(index, queries, k)
    return np.concatenate(
        [adjusted(block, near[rows, None], back, score).argmax(1) for rows, block in _blocks(queries, index)]
    )


def mean_similarity(queries: np.ndarray, index: np.ndarray, k: int) -> np.ndarray:
    """r: the mean cosine of each query to its k nearest rows of the index, (N,)."""
    return neighbours(queries, index, k).mean


def precision_at_1(source: np.ndarray, target: np.ndarray, score: Score = "cosine", k: int = 4) -> tuple[float, float]:
    """Percentage of rows whose nearest row on the other side is their own: (source to target, target to source)."""
    rows = np.arange(len(source))
    there = nearest(source, target, score, k) == rows
    back = nearest(target, source, score, k) == rows
    return 100.0 * float(there.mean()), 100.0 * float(back.mean())


def best_threshold(candidates: Sequence[Candidate], gold: set[tuple[int, int]]) -> float:
    """The score that cuts the candidates where F1 against gold is highest (half-way to the next candidate).

    Infinity, so that nothing is mined, when no candidate is right.
    """
    ordered = sorted(candidates, key=lambda c: -c.score)
    right = np.cumsum([(c.source, c.target) in gold for c in ordered])
    if not ordered or not right[-1]:
        return float("inf")
    # Right, wrong, right at .9 .8 .7 against two gold pairs: F1 of the first 1, 2, 3 candidates is 2/3, 2/4, 4/5, for 2
    # tp / (found + wanted) needs no precision and recall. The cut is at .7, half-way to a fourth one if there is.
    f1 = 2 * right / (np.arange(1, len(ordered) + 1) + len(gold))
    at = int(f1.argmax())
    after = ordered[at + 1].score if at + 1 < len(ordered) else ordered[at].score
    return (ordered[at].score + after) / 2


def hubness(queries: np.ndarray, index: np.ndarray, k: int = 4) -> float:
    """Skewness of how often a row of the index is among the k nearest of a query (Radovanovic et al. 2010)."""
    hits = neighbours(queries, index, k).rows.ravel()
    counts = np.bincount(hits, minlength=len(index)).astype(float)
    deviation = counts.std()
    return float((((counts - counts.mean()) / deviation) ** 3).mean()) if deviation else 0.0


def _blocks(queries: np.ndarray, index: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    for start in range(0, len(queries), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, queries[rows] @ index.T
