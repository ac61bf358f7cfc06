"""Expected counts of a batch under IBM model 1 and the HMM, and the parameters that follow from counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.corpus import Batch, Ints
from xlalign.alignment.hmm.forward_backward import MAX_JUMP, Doubles, Floats, posteriors, transitions


class Direction(NamedTuple):
    """Parameters of p(observed words | conditioning words).

    lexical (entries + 1,): t of every table entry, 0 for padding; null (vocabulary + 1,): q of the observed words,
    0 for padding; jumps (2 * MAX_JUMP + 1,): counts by distance.
    """

    lexical: Doubles
    null: Doubles
    jumps: Doubles


class Parameters(NamedTuple):
    """Both directions: `forward` is p(target | source), `reverse` p(source | target)."""

    forward: Direction
    reverse: Direction


def zeros_like(parameters: Parameters) -> Parameters:
    """Empty counts."""
    return Parameters(*(Direction(*(np.zeros_like(values) for values in side)) for side in parameters))


def ibm1_counts(batch: Batch, cells: Ints, now: Parameters, counts: Parameters, p_null: float) -> None:
    """Add the expected counts of one batch under IBM model 1 (Brown et al. 1993, eq. 17), both directions.

    A word comes from null with probability `p_null`, else from one of the I words uniformly.
    cells (B, J, I) are table entries.
    """
    places = cells.ravel().astype(np.intp)
    for side, axis, observed, lengths in (
        (0, 2, batch.target, batch.source_lengths),
        (1, 1, batch.source, batch.target_lengths),
    ):
        lexical = now[side].lexical.take(places).reshape(cells.shape)
        lexical *= ((1 - p_null) / lengths)[:, None, None]
        null = p_null * now[side].null.take(observed)
        total = lexical.sum(axis=axis) + null
        inverse = 1.0 / np.where(total > 0, total, 1.0)
        lexical *= np.expand_dims(inverse, axis)
        np.add.at(counts[side].lexical, places, lexical.ravel())
        np.add.at(counts[side].null, observed.ravel().astype(np.intp), (null * inverse).ravel())


def hmm_posteriors(
    batch: Batch, cells: Ints, now: Parameters, p_null: float
) -> tuple[tuple[Floats, Floats, Doubles], tuple[Floats, Floats, Doubles]]:
    """Posteriors of both directions.

    Returns:
        forward: gamma (B, J, I) that target word j comes from source word i, null (B, J), jumps; reverse: gamma
        (B, J, I) that source word i comes from target word j, null (B, I), jumps.
    """
    forward = _direction(cells, batch.target, batch.source_lengths, batch.target_lengths, now.forward, p_null)
    flipped = cells.transpose(0, 2, 1)
    reverse = _direction(flipped, batch.source, batch.target_lengths, batch.source_lengths, now.reverse, p_null)
    return forward, (reverse[0].transpose(0, 2, 1), reverse[1], reverse[2])


def _direction(
    cells: Ints, observed: Ints, lengths: NDArray[np.int64], heights: NDArray[np.int64], now: Direction, p_null: float
) -> tuple[Floats, Floats, Doubles]:
    """Posteriors with cells (B, J, I): J observed words, I conditioning words."""
    pairs, length, width = cells.shape
    emission = np.zeros((length, pairs, width + 1), dtype=np.float32)
    places = np.ascontiguousarray(cells.transpose(1, 0, 2)).astype(np.intp)
    lexical = now.lexical.take(places)
    null = p_null * now.null.take(observed.T)
    # VB values span more than float32 can hold, so each row is scaled by its maximum first.
    top = np.maximum(lexical.max(axis=2), null)
    top[top == 0] = 1.0
    lexical /= top[:, :, None]
    emission[:, :, 1:] = lexical
    null /= top
    null[(null == 0) & (lexical.max(axis=2) == 0)] = 1.0
    null[np.arange(length)[:, None] >= heights] = 1.0
    found = posteriors(emission, null.astype(np.float32), transitions(now.jumps, lengths, width + 1, p_null))
    return found.gamma[:, :, 1:].transpose(1, 0, 2), found.null.T, found.jumps


def hmm_counts(batch: Batch, cells: Ints, now: Parameters, counts: Parameters, p_null: float) -> None:
    """Add the expected counts of one batch under the HMM with agreement (after Liang et al. 2006).

    The lexical counts of both directions are the product of the two posteriors of a cell, not renormalised; jump
    and null counts stay per direction.
    """
    found = hmm_posteriors(batch, cells, now, p_null)
    both = found[0][0] * found[1][0]
    places = cells.ravel().astype(np.intp)
    shared = both.ravel().astype(np.float64)
    np.add.at(counts.forward.lexical, places, shared)
    for side, observed in enumerate((batch.target, batch.source)):
        np.add.at(
            counts[side].null, observed.ravel().astype(np.intp), found[side][1].ravel().astype(np.float64)
        )
        counts[side].jumps[:] += found[side][2]


def first_jumps() -> Doubles:
    """Where the HMM starts: mostly one step forward."""
    distance = np.arange(-MAX_JUMP, MAX_JUMP + 1)
    return np.exp(-np.abs(distance - 1) / 2) + 0.002
