"""Pairs of sentences by the margin of their vectors: exact nearest neighbours in blocks, without an index library.

Scores of a pair (x, y) of unit vectors, with r(x) the mean cosine of x to its k nearest neighbours on the other
side (Artetxe and Schwenk 2019, equations 1 and 3; Conneau et al. 2018, section 2.3):

    cosine   cos(x, y)
    margin   cos(x, y) / ((r(x) + r(y)) / 2)
    csls     2 cos(x, y) - r(x) - r(y)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Score = Literal["cosine", "margin", "csls"]
Vectors = npt.NDArray[np.floating]
BLOCK = 2048
"""Rows compared at a time on either side: a block of similarities is (BLOCK, BLOCK)."""


class Candidate(NamedTuple):
    """A mined pair of rows with its score."""

    score: float
    source: int
    target: int


class Neighbours(NamedTuple):
    """The k nearest rows of an index for each of N queries, best first: cosines and rows, both (N, k)."""

    cosines: Vectors
    rows: npt.NDArray[np.int64]

    @property
    def mean(self) -> Vectors:
        """r: the mean cosine of each query to its neighbours, (N,)."""
        return np.asarray(self.cosines.mean(axis=1))


def neighbours(queries: Vectors, index: Vectors, k: int) -> Neighbours:
    """The nearest rows of `index` for each query, by cosine.

    Args:
        queries: unit vectors, (N, D).
        index: unit vectors, (M, D).
        k: how many; at most M.
    """
    k = min(k, len(index))
    found = [_nearest(queries[start : start + BLOCK], index, k) for start in range(0, len(queries), BLOCK)]
    if not found:
        return Neighbours(np.empty((0, k)), np.empty((0, k), dtype=np.int64))
    return Neighbours(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _nearest(queries: Vectors, index: Vectors, k: int) -> Neighbours:
    """The same for one block of queries: the best of each block of the index, against the best so far."""
    cosines, rows = np.empty((len(queries), 0)), np.empty((len(queries), 0), dtype=np.int64)
    for start in range(0, len(index), BLOCK):
        # Best so far and the k best of this block, side by side, then the k best of these: never more than 2 k columns.
        block = queries @ index[start : start + BLOCK].T
        picked = np.argpartition(-block, min(k, block.shape[1]) - 1, axis=1)[:, :k]
        cosines = np.concatenate([cosines, np.take_along_axis(block, picked, 1)], axis=1)
        rows = np.concatenate([rows, start + picked], axis=1)
        order = np.lexsort((rows, -cosines), axis=1)[:, :k]
        cosines, rows = np.take_along_axis(cosines, order, 1), np.take_along_axis(rows, order, 1)
    return Neighbours(cosines, rows)


def adjusted(cosine: Vectors, near: Vectors, back: Vectors, score: Score) -> Vectors:
    """Scores from cosines and the r of both sides, all broadcast together."""
    if score == "cosine":
        return cosine
    if score == "csls":
        return 2 * cosine - near - back
    return cosine / np.maximum((near + back) / 2, 1e-12)


def pair_margins(source: Vectors, target: Vectors, k: int) -> Vectors:
    """The margin of row i of one side with row i of the other, neighbours being sought in these rows, (N,)."""
    cosine = np.einsum("nd,nd->n", source, target)
    return adjusted(cosine, neighbours(source, target, k).mean, neighbours(target, source, k).mean, "margin")


def mine(source: Vectors, target: Vectors, score: Score = "margin", k: int = 4) -> list[Candidate]:
    """One-to-one candidate pairs, best first.

    For each sentence of both sides the best of its k nearest neighbours is a candidate; the union is then taken
    greedily from the best score down, each sentence at most once ("max" retrieval of Artetxe and Schwenk 2019).
    """
    there, back = neighbours(source, target, k), neighbours(target, source, k)
    found = {*_candidates(there, back.mean, score)}
    found |= {Candidate(c.score, c.target, c.source) for c in _candidates(back, there.mean, score)}
    return _one_to_one(sorted(found, key=lambda c: (-c.score, c.source, c.target)))


def _candidates(near: Neighbours, back: Vectors, score: Score) -> Iterator[Candidate]:
    scores = adjusted(near.cosines, near.mean[:, None], back[near.rows], score)
    best = scores.argmax(axis=1)
    for row, choice in enumerate(best.tolist()):
        yield Candidate(float(scores[row, choice]), row, int(near.rows[row, choice]))


def _one_to_one(ordered: Sequence[Candidate]) -> list[Candidate]:
    sources: set[int] = set()
    targets: set[int] = set()
    kept = []
    # (0.9, a, x), (0.8, a, y), (0.7, b, x), (0.6, b, y): a-x is taken, which rules out the next two, then b-y.
    for candidate in ordered:
        if candidate.source not in sources and candidate.target not in targets:
            kept.append(candidate)
            sources.add(candidate.source)
            targets.add(candidate.target)
    return kept
