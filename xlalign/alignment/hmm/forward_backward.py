"""Posteriors of the hidden Markov alignment model of Vogel et al. (1996) with a null state, for a padded batch.

Letters: J observations (words of the generated sentence), B pairs, S = I + 1 states (state 0 is START, before the
first word; states 1..I are the words of the conditioning sentence; END would be state I_b + 1 of pair b).

The null state remembers the last real state a, so the recursion runs over A_j(a) = alpha_j(a) + alpha_null_j(a),
the probability of the first j observations with last real state a:

    A_j(i) = (1 - p0) e_j(i) sum_a A_{j-1}(a) T(a, i) + p0 q_j A_{j-1}(i)
    T(a, i) = c(i - a) / sum over the states 1..I_b and END of c(. - a)

It costs J S^2 per pair instead of J (2S)^2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

MAX_JUMP = 40
"""Longer jumps share the count of the longest."""


class Posteriors(NamedTuple):
    """gamma (J, B, S): observation j comes from state i; null (J, B); jumps (2 * MAX_JUMP + 1,) expected counts."""

    gamma: Floats
    null: Floats
    jumps: Doubles


class Transitions(NamedTuple):
    """jump (S, S): c(i - a), unnormalised; scale (B, S): (1 - p0) / sum of c; end (B, S): c(END - a) * scale;
    to_end (B, S): END - a."""

    jump: Floats
    scale: Floats
    end: Floats
    to_end: NDArray[np.int64]


def transitions(jumps: Doubles, lengths: NDArray[np.int64], states: int, p_null: float) -> Transitions:
    """Normalise jump counts for sentences of `lengths` words, shape (B,), padded to `states` = S."""
    distance = np.arange(-states, states + 1)
    weights = jumps[np.clip(distance, -MAX_JUMP, MAX_JUMP) + MAX_JUMP]
    below = np.concatenate([[0.0], np.cumsum(weights)])
    state = np.arange(states)
    real = state <= lengths[:, None]
    to_end = np.where(real, lengths[:, None] + 1 - state, 0)
    total = below[to_end + states + 1] - below[states - state + 1]
    scale = np.where(real, (1 - p_null) / np.where(real, total, 1.0), 0.0)
    end = weights[to_end + states] * scale
    jump = weights[state[None, :] - state[:, None] + states]
    return Transitions(jump.astype(np.float32), scale.astype(np.float32), end.astype(np.float32), to_end)


def posteriors(emission: Floats, null: Floats, moves: Transitions) -> Posteriors:
    """One forward-backward pass.

    Args:
        emission: (J, B, S); 0 for START and padding. Any factor per (j, b) shared with `null` cancels.
        null: (J, B), p0 q_j; 1 for padded observations, whose emissions are all 0.
        moves: as `transitions` makes them.
    """
    before, leave, produced, norms = _forward(emission, null, moves)
    gamma, skipped, arrivals = _backward(emission, null, moves, before, produced, norms)
    states = emission.shape[2]
    expected = leave.reshape(-1, states).T @ arrivals.reshape(-1, states) * moves.jump
    return Posteriors(gamma, skipped, _by_distance(expected) + _last_jumps(before[-1], moves))


def _forward(emission: Floats, null: Floats, moves: Transitions) -> tuple[Floats, Floats, Floats, Floats]:
    """A before each observation (J + 1, B, S), the same times `scale` without the last (J, B, S), the part of A_j
    produced by real states before it is divided by the norm (J, B, S), norms (J, B)."""
    length, pairs, states = emission.shape
    before = np.zeros((length + 1, pairs, states), dtype=np.float32)
    before[0, :, 0] = 1.0
    leave, produced = np.empty_like(emission), np.empty_like(emission)
    norms = np.empty((length, pairs), dtype=np.float32)
    ones = np.ones(states, dtype=np.float32)
    for j in range(length):
        now = before[j]
        real = produced[j]
        np.multiply(now, moves.scale, out=leave[j])
        np.matmul(leave[j], moves.jump, out=real)
        real *= emission[j]
        after = before[j + 1]
        np.multiply(now, null[j][:, None], out=after)
        after += real
        # A product with ones: summing over a short last axis takes NumPy several times as long.
        np.matmul(after, ones, out=norms[j])
        after *= (1.0 / np.maximum(norms[j], 1e-30))[:, None]
    return before, leave, produced, norms


def _backward(
    emission: Floats, null: Floats, moves: Transitions, before: Floats, produced: Floats, norms: Floats
) -> tuple[Floats, Floats, Floats]:
    length, _, _ = emission.shape
    after = moves.end / np.maximum((before[-1] * moves.end).sum(axis=1), 1e-30)[:, None]
    gamma = produced
    skipped = np.empty_like(null)
    arrivals = np.empty_like(emission)
    back = np.ascontiguousarray(moves.jump.T)
    for j in range(length - 1, -1, -1):
        after *= (1.0 / np.maximum(norms[j], 1e-30))[:, None]
        gamma[j] *= after
        arrive = arrivals[j]
        np.multiply(emission[j], after, out=arrive)
        after *= null[j][:, None]
        np.einsum("bs,bs->b", before[j], after, out=skipped[j])
        after += moves.scale * (arrive @ back)
    return gamma, skipped, arrivals


def _by_distance(expected: Floats) -> Doubles:
    """Sum (S, S) expected transitions over equal jumps i - a."""
    states = expected.shape[0]
    return _histogram(np.arange(states)[None, :] - np.arange(states)[:, None], expected)


def _last_jumps(before: Floats, moves: Transitions) -> Doubles:
    """Expected jumps to END, before (B, S) being A after the last observation."""
    share = before * moves.end
    share /= np.maximum(share.sum(axis=1), 1e-30)[:, None]
    return _histogram(moves.to_end, share)


def _histogram(distance: NDArray[np.int64], weight: Floats) -> Doubles:
    places = np.clip(distance, -MAX_JUMP, MAX_JUMP) + MAX_JUMP
    return np.bincount(places.ravel(), weight.ravel(), 2 * MAX_JUMP + 1).astype(np.float64)
