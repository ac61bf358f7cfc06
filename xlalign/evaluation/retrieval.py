"""Nearest-neighbour search over sentence vectors: exact, in blocks, without an index library.

Scores of a pair (x, y) of unit vectors, with r(x) the mean cosine of x to its k nearest neighbours on the other
side (Artetxe and Schwenk 2019, equation 1 and 3; Conneau et al. 2018, section 2.3):

    cosine   cos(x, y)
    margin   cos(x, y) / ((r(x) + r(y)) / 2)
    csls     2 cos(x, y) - r(x) - r(y)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

Score = Literal["cosine", "margin", "csls"]
BLOCK = 2048
"""Queries compared at a time: a block of similarities is (BLOCK, M)."""


class Candidate(NamedTuple):
    """A mined pair of rows with its score."""

    score: float
    source: int
    target: int


def nearest(queries: np.ndarray, index: np.ndarray, score: Score = "cosine", k: int = 4) -> np.ndarray:
    """The best row of `index` for each query, (N,); the first of equals.

    Args:
        queries: unit vectors, (N, D).
        index: unit vectors, (M, D).
        score: how a pair is compared.
        k: neighbours in r(x) and r(y).
    """
    if score == "cosine":
        return np.concatenate([block.argmax(1) for _, block in _blocks(queries, index)])
    near, back = mean_similarity(queries, index, k), mean_similarity(index, queries, k)
    return np.concatenate(
        [adjusted(block, near[rows, None], back, score).argmax(1) for rows, block in _blocks(queries, index)]
    )


def mean_similarity(queries: np.ndarray, index: np.ndarray, k: int) -> np.ndarray:
    """r: the mean cosine of each query to its k nearest rows of the index, (N,)."""
    k = min(k, len(index))
    return np.concatenate([-np.partition(-block, k - 1, axis=1)[:, :k].mean(1) for _, block in _blocks(queries, index)])


def adjusted(cosine: np.ndarray, near: np.ndarray, back: np.ndarray, score: Score) -> np.ndarray:
    """Scores from cosines and the r of both sides, all broadcast together."""
    if score == "cosine":
        return cosine
    if score == "csls":
        return 2 * cosine - near - back
    return cosine / np.maximum((near + back) / 2, 1e-12)


def precision_at_1(source: np.ndarray, target: np.ndarray, score: Score = "cosine", k: int = 4) -> tuple[float, float]:
    """Percentage of rows whose nearest row on the other side is their own: (source to target, target to source)."""
    rows = np.arange(len(source))
    there = nearest(source, target, score, k) == rows
    back = nearest(target, source, score, k) == rows
    return 100.0 * float(there.mean()), 100.0 * float(back.mean())


def mine(source: np.ndarray, target: np.ndarray, score: Score = "margin", k: int = 4) -> list[Candidate]:
    """One-to-one candidate pairs, best first.

    For each sentence of both sides the best of its k nearest neighbours is a candidate; the union is then taken
    greedily from the best score down, each sentence at most once.
    """
    near, back = mean_similarity(source, target, k), mean_similarity(target, source, k)
    found = {*_candidates(source, target, near, back, score, k)}
    found |= {Candidate(c.score, c.target, c.source) for c in _candidates(target, source, back, near, score, k)}
    return _one_to_one(sorted(found, key=lambda c: (-c.score, c.source, c.target)))


def best_threshold(candidates: Sequence[Candidate], gold: set[tuple[int, int]]) -> float:
    """The score that cuts the candidates where F1 against gold is highest (half-way to the next candidate).

    Infinity, so that nothing is mined, when no candidate is right.
    """
    ordered = sorted(candidates, key=lambda c: -c.score)
    right = np.cumsum([(c.source, c.target) in gold for c in ordered])
    if not ordered or not right[-1]:
        return float("inf")
    f1 = 2 * right / (np.arange(1, len(ordered) + 1) + len(gold))
    at = int(f1.argmax())
    after = ordered[at + 1].score if at + 1 < len(ordered) else ordered[at].score
    return (ordered[at].score + after) / 2


def hubness(queries: np.ndarray, index: np.ndarray, k: int = 4) -> float:
    """Skewness of how often a row of the index is among the k nearest of a query (Radovanovic et al. 2010)."""
    k = min(k, len(index))
    hits = np.concatenate(
        [np.argpartition(-block, k - 1, axis=1)[:, :k].ravel() for _, block in _blocks(queries, index)]
    )
    counts = np.bincount(hits, minlength=len(index)).astype(float)
    deviation = counts.std()
    return float((((counts - counts.mean()) / deviation) ** 3).mean()) if deviation else 0.0


def _blocks(queries: np.ndarray, index: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    for start in range(0, len(queries), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, queries[rows] @ index.T


def _candidates(
    queries: np.ndarray, index: np.ndarray, near: np.ndarray, back: np.ndarray, score: Score, k: int
) -> Iterator[Candidate]:
    k = min(k, len(index))
    for rows, block in _blocks(queries, index):
        picked = np.argpartition(-block, k - 1, axis=1)[:, :k]
        scores = adjusted(np.take_along_axis(block, picked, 1), near[rows, None], back[picked], score)
        best = scores.argmax(1)
        for offset, choice in enumerate(best):
            yield Candidate(float(scores[offset, choice]), rows.start + offset, int(picked[offset, choice]))


def _one_to_one(ordered: Sequence[Candidate]) -> list[Candidate]:
    sources: set[int] = set()
    targets: set[int] = set()
    kept = []
    for candidate in ordered:
        if candidate.source not in sources and candidate.target not in targets:
            kept.append(candidate)
            sources.add(candidate.source)
            targets.add(candidate.target)
    return kept
