"""Links from posteriors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlalign.alignment.calibration import Calibration
from xlalign.alignment.hmm.estimate import Directional
from xlalign.alignment.hmm.numbering import Longs, PaddedPairs
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.types import Alignment, Link


def links(
    batch: PaddedPairs, forward: Directional, reverse: Directional, heuristic: Heuristic, calibration: Calibration
) -> Iterator[tuple[int, Alignment]]:
    """Position in the corpus and alignment of each pair of a batch.

    Each word takes its most probable counterpart or none, per direction; `heuristic` combines the two. The score of
    a link is the geometric mean of its two posteriors, made a probability by `calibration`.
    """
    found = _symmetrized(batch, _best(forward, axis=2), _best(reverse, axis=1), heuristic)
    counts = np.array([len(of_pair) for of_pair in found], dtype=np.int64)
    pair = np.repeat(np.arange(len(found)), counts)
    i, j = np.array([link for of_pair in found for link in of_pair], dtype=np.int64).reshape(-1, 2).T
    both = forward.gamma[pair, j, i] * reverse.gamma[pair, j, i]
    linked = [len({i for i, _ in of_pair}) + len({j for _, j in of_pair}) for of_pair in found]
    coverage = np.array(linked) / (batch.source_lengths + batch.target_lengths)
    scores = calibration(np.sqrt(np.clip(both, 0.0, 1.0)), coverage[pair]).round(4).tolist()
    ends = np.cumsum(counts).tolist()
    for row, of_pair, end in zip(batch.rows.tolist(), found, ends, strict=True):
        yield row, Alignment(of_pair, tuple(scores[end - len(of_pair) : end]))


def _symmetrized(
    batch: PaddedPairs, best_source: Longs, best_target: Longs, heuristic: Heuristic
) -> list[tuple[Link, ...]]:
    """The links of each pair, from the best counterpart of every target and of every source word."""
    found = []
    sizes = zip(batch.source_lengths.tolist(), batch.target_lengths.tolist(), strict=True)
    for pair, (width, height) in enumerate(sizes):
        ahead = [(i, j) for j, i in enumerate(best_source[pair, :height].tolist()) if i >= 0]
        back = [(i, j) for i, j in enumerate(best_target[pair, :width].tolist()) if j >= 0]
        found.append(symmetrize(ahead, back, heuristic))
    return found


def _best(found: Directional, axis: int) -> Longs:
    """The most probable counterpart of every word, -1 for null; (B, observed)."""
    best = found.gamma.argmax(axis=axis)
    value = np.take_along_axis(found.gamma, np.expand_dims(best, axis), axis).squeeze(axis)
    return np.where(value > found.null, best, -1)
