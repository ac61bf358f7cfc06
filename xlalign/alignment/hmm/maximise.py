"""Parameters from expected counts and prior pseudo-counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlalign.alignment.hmm.estimate import Counts, Direction, Parameters, Values
from xlalign.alignment.hmm.forward_backward import MAX_JUMP, Doubles, Floats
from xlalign.alignment.hmm.numbering import Ints, NumberedPairs
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.hmm.table import PairTable

START_MASS = 1e-3
"""Pseudo-count of every co-occurring pair in the first table, beside the prior."""

NULL_MASS = 1e-6
JUMP_MASS = 0.5


class Prior(NamedTuple):
    """Pseudo-counts a_ef of every table entry for p(target | source) and p(source | target); shape (entries,)."""

    forward: Floats
    reverse: Floats

    def __add__(self, other: object) -> Prior:
        if not isinstance(other, Prior):
            return NotImplemented
        return Prior(self.forward + other.forward, self.reverse + other.reverse)

    @classmethod
    def none(cls, table: PairTable) -> Prior:
        """No prior knowledge."""
        return cls(np.zeros(table.size, np.float32), np.zeros(table.size, np.float32))


def start(table: PairTable, corpus: NumberedPairs, prior: Prior) -> Parameters:
    """The parameters before the first iteration: the normalised prior, uniform null, jumps around one step."""
    distance = np.arange(-MAX_JUMP, MAX_JUMP + 1)
    jumps = np.exp(-np.abs(distance - 1) / 2) + 0.002

    def side(given: Ints, pseudo: Floats, given_size: int, observed_size: int) -> Direction:
        lexical = _normalised(pseudo + np.float32(START_MASS), given, given_size)
        return Direction(lexical, _null(np.zeros(observed_size + 1), 1.0), jumps)

    sizes = corpus.source.size, corpus.target.size
    return Parameters(side(table.source, prior.forward, *sizes), side(table.target, prior.reverse, *sizes[::-1]))


def maximise(table: PairTable, counts: Counts, prior: Prior, settings: HmmSettings, bayes: bool) -> Parameters:
    """The parameters after an iteration.

    Args:
        table: the word pairs.
        counts: what the iteration expects.
        prior: pseudo-counts.
        settings: hyperparameters.
        bayes: exp(digamma(n + a) - digamma(sum)) with the symmetric concentration added to `prior`, instead of
            (n + a) / sum.
    """

    def side(number: int, given: Ints, given_size: int, observed_size: int) -> Direction:
        seen = counts.lexical[number % len(counts.lexical)][:-1]
        if bayes:
            lexical = _bayes(seen, prior[number], given, given_size, observed_size, settings.concentration)
        else:
            lexical = _normalised(seen + prior[number], given, given_size)
        return Direction(lexical, _null(counts.null[number], NULL_MASS), counts.jumps[number] + JUMP_MASS)

    return Parameters(
        side(0, table.source, table.source_size, table.target_size),
        side(1, table.target, table.target_size, table.source_size),
    )


def _normalised(mass: Values, given: Ints, size: int) -> Floats:
    total = np.bincount(given, mass, size)
    total[total == 0] = 1.0
    return np.append(mass / total[given], 0.0).astype(np.float32)


def _bayes(seen: Values, prior: Floats, given: Ints, size: int, observed: int, concentration: float) -> Floats:
    from scipy.special import digamma

    total = np.bincount(given, seen + prior, size) + concentration * observed
    value = np.exp(digamma(seen + prior + concentration) - digamma(total)[given])
    return np.append(value, 0.0).astype(np.float32)


def _null(counts: Doubles, mass: float) -> Floats:
    """Word frequencies under null, smoothed; 0 for padding, the last place."""
    smooth = counts + mass
    smooth[-1] = 0.0
    return (smooth / smooth.sum()).astype(np.float32)
