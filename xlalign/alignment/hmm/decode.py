"""Links from posteriors, and what speaks for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from xlalign.alignment.calibration import Calibration, Doubles, LinkEvidence
from xlalign.alignment.hmm.estimate import Directional
from xlalign.alignment.hmm.guidance import Factors
from xlalign.alignment.hmm.numbering import Ints, Longs, PaddedPairs
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.types import Alignment, Link

PRIOR = 0.1
"""Dice coefficient of two words of which nothing else is known."""


class FoundLinks(NamedTuple):
    """The links of the pairs of a batch, by pair, and what speaks for each of them, in that order."""

    rows: list[int]
    links: list[tuple[Link, ...]]
    evidence: LinkEvidence

    def scored(self, calibration: Calibration) -> Iterator[tuple[int, Alignment]]:
        """Position in the corpus and alignment of each pair."""
        scores = calibration(self.evidence).round(4).tolist()
        ends = accumulate(map(len, self.links))
        for row, of_pair, end in zip(self.rows, self.links, ends, strict=True):
            yield row, Alignment(of_pair, tuple(scores[end - len(of_pair) : end]))


class Counted(NamedTuple):
    """Expected links of the text that a model was trained on, for the cells of a batch.

    Attributes:
        cells: number of the word pair of each cell, (B, J, I).
        joint: links of each word pair, (U,).
        total: links of its source word to any word and of its target word to any word, added, (U,).
    """

    cells: Ints
    joint: Doubles
    total: Doubles


def find_links(
    batch: PaddedPairs,
    forward: Directional,
    reverse: Directional,
    counted: Counted,
    factors: Factors | None,
    heuristic: Heuristic,
) -> FoundLinks:
    """Each word takes its most probable counterpart or none, per direction; `heuristic` combines the two."""
    found = _symmetrized(batch, _best(forward, axis=2), _best(reverse, axis=1), heuristic)
    pair = np.repeat(np.arange(len(found)), list(map(len, found)))
    i, j = np.array([link for of_pair in found for link in of_pair], dtype=np.int64).reshape(-1, 2).T
    both = np.clip(forward.gamma[pair, j, i] * reverse.gamma[pair, j, i], 0.0, 1.0).astype(np.float64)
    linked = [len({i for i, _ in of_pair}) + len({j for _, j in of_pair}) for of_pair in found]
    coverage = np.array(linked) / (batch.source_lengths + batch.target_lengths)
    words = counted.cells[pair, j, i]
    association = elsewhere(counted.joint[words], counted.total[words], both)
    similarity = np.ones(len(pair))
    if factors is not None:
        odds = batch.source_lengths[pair] * batch.target_lengths[pair]
        similarity = np.sqrt(factors.forward[pair, j, i].astype(np.float64) * factors.reverse[pair, j, i] / odds)
    return FoundLinks(batch.rows.tolist(), found, LinkEvidence(np.sqrt(both), coverage[pair], association, similarity))


def elsewhere(joint: Doubles, total: Doubles, own: Doubles) -> Doubles:
    """Dice coefficients of word pairs in the rest of the text: what a link itself brought to the counts is left out.

    A pair counted 3 times, its words 4 times each, in a link of posterior 1: (2 (3 - 1) + .1) / (8 - 2 + 1) = .59. Of
    two words that occur nowhere else it is PRIOR.
    """
    return (2 * np.maximum(joint - own, 0) + PRIOR) / (np.maximum(total - 2, 0) + 1)


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
