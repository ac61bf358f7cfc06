"""Expected counts under IBM model 1 and the HMM, and the parameters that follow from counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.forward_backward import MAX_JUMP, Doubles, Floats, posteriors, transitions
from xlalign.alignment.hmm.guidance import Factors, Guidance
from xlalign.alignment.hmm.numbering import Ints, PaddedPairs
from xlalign.alignment.hmm.table import Shard, Shards
from xlalign.progress import track

Values = NDArray[np.floating[Any]]


class Direction(NamedTuple):
    """Parameters of p(observed words | conditioning words).

    lexical (entries + 1,): t of every table entry, the last one 0; null (vocabulary + 1,): q of the observed words,
    0 for padding; jumps (2 * MAX_JUMP + 1,): counts by distance.
    """

    lexical: Floats
    null: Floats
    jumps: Doubles

    def local(self, entries: Ints) -> Direction:
        """The same with the lexical values of a shard's entries only."""
        return self._replace(lexical=self.lexical.take(entries))


class Parameters(NamedTuple):
    """Both directions: `forward` is p(target | source), `reverse` p(source | target)."""

    forward: Direction
    reverse: Direction

    def local(self, entries: Ints) -> Parameters:
        """The same with the lexical values of a shard's entries only."""
        return Parameters(self.forward.local(entries), self.reverse.local(entries))


class Counts(NamedTuple):
    """Expected counts, as (forward, reverse) pairs of arrays shaped like the parameters.

    `lexical` holds one array for both directions under agreement, else two.
    """

    lexical: tuple[Values, ...]
    null: tuple[Doubles, Doubles]
    jumps: tuple[Doubles, Doubles]

    @classmethod
    def empty(cls, now: Parameters, shared: bool, lexical_type: type[np.floating[Any]] = np.float64) -> Counts:
        """Zeros for the parameters `now`."""
        size = len(now.forward.lexical)
        lexical: tuple[Values, ...] = tuple(np.zeros(size, lexical_type) for _ in range(1 if shared else 2))
        null = (np.zeros(len(now.forward.null)), np.zeros(len(now.reverse.null)))
        return cls(lexical, null, (np.zeros(2 * MAX_JUMP + 1), np.zeros(2 * MAX_JUMP + 1)))

    def add(self, other: Counts, entries: Ints) -> None:
        """Add the counts of a shard."""
        for mine, theirs in zip(self.lexical, other.lexical, strict=True):
            mine[entries] += theirs
        for mine, theirs in zip((*self.null, *self.jumps), (*other.null, *other.jumps), strict=True):
            np.add(mine, theirs, out=mine)


Step = Callable[[PaddedPairs, Ints, Parameters, Counts, float, Factors | None], None]


def expected_counts(
    shards: Shards,
    now: Parameters,
    step: Step,
    p_null: float,
    workers: int,
    description: str,
    guidance: Guidance | None = None,
) -> Counts:
    """Run `step` over every batch. The sum is taken shard by shard in order, whatever the number of workers."""
    shared = step is hmm_counts
    total = Counts.empty(now, shared)

    def work(shard: Shard) -> tuple[Ints, Counts]:
        local = now.local(shard.entries)
        counts = Counts.empty(local, shared, np.float32)
        for batch, cells in zip(shard.batches, shard.cells, strict=True):
            step(batch, cells, local, counts, p_null, guidance(batch) if guidance else None)
        return shard.entries, counts

    results = _in_order(shards, work, workers)
    for entries, counts in track(results, description, total=len(shards), unit="shards"):
        total.add(counts, entries)
    return total


def _in_order(
    shards: Shards, work: Callable[[Shard], tuple[Ints, Counts]], workers: int
) -> Iterator[tuple[Ints, Counts]]:
    """Results in the order of the shards, a few at a time; NumPy computes outside the interpreter lock."""
    if workers == 1 or len(shards) == 1:
        yield from (work(shards[number]) for number in range(len(shards)))
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[tuple[Ints, Counts]]] = deque()
        for number in range(len(shards)):
            waiting.append(pool.submit(lambda n: work(shards[n]), number))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def ibm1_counts(
    batch: PaddedPairs, cells: Ints, now: Parameters, counts: Counts, p_null: float, factors: Factors | None = None
) -> None:
    """Add the expected counts of one batch under IBM model 1 (Brown et al. 1993, eq. 17), both directions.

    A word comes from null with probability `p_null`, else from one of the I words uniformly.
    cells (B, J, I) are entries of `now` and `counts`.
    """
    places = cells.ravel().astype(np.intp)
    for side, axis, observed, lengths in (
        (0, 2, batch.target, batch.source_lengths),
        (1, 1, batch.source, batch.target_lengths),
    ):
        lexical = now[side].lexical.take(places).reshape(cells.shape)
        if factors:
            lexical *= factors[side]
        null = now[side].null.take(observed) * (p_null / (1 - p_null) * lengths[:, None]).astype(np.float32)
        total = np.einsum("bji->bj" if axis == 2 else "bji->bi", lexical) + null
        inverse = 1.0 / np.where(total > 0, total, 1.0)
        lexical *= np.expand_dims(inverse, axis)
        np.add.at(counts.lexical[side], places, lexical.ravel())
        np.add.at(counts.null[side], observed.ravel().astype(np.intp), (null * inverse).ravel().astype(np.float64))


class Directional(NamedTuple):
    """Posteriors of one direction for one batch.

    gamma (B, J, I): the observed word of a cell comes from its other word; null (B, observed): it comes from
    null; jumps (2 * MAX_JUMP + 1,): expected jumps.
    """

    gamma: Floats
    null: Floats
    jumps: Doubles


def hmm_posteriors(
    batch: PaddedPairs, cells: Ints, now: Parameters, p_null: float, factors: Factors | None = None
) -> tuple[Directional, Directional]:
    """Posteriors of both directions; cells (B, J, I) are entries of `now`."""
    lengths = batch.source_lengths, batch.target_lengths
    ahead, back = (factors.forward, factors.reverse.transpose(0, 2, 1)) if factors else (None, None)
    forward = _direction(cells, batch.target, *lengths, now.forward, p_null, ahead)
    reverse = _direction(cells.transpose(0, 2, 1), batch.source, *lengths[::-1], now.reverse, p_null, back)
    return forward, reverse._replace(gamma=reverse.gamma.transpose(0, 2, 1))


def _direction(
    cells: Ints,
    observed: Ints,
    lengths: NDArray[np.int64],
    heights: NDArray[np.int64],
    now: Direction,
    p_null: float,
    factor: Floats | None,
) -> Directional:
    """Cells and factor (B, J, I): J observed words (heights (B,) of them real), I conditioning words (lengths (B,))."""
    pairs, length, width = cells.shape
    emission = np.zeros((length, pairs, width + 1), dtype=np.float32)
    emission[:, :, 1:] = now.lexical.take(cells.transpose(1, 0, 2))
    if factor is not None:
        emission[:, :, 1:] *= factor.transpose(1, 0, 2)
    null = np.float32(p_null) * now.null.take(observed.T)
    null[np.arange(length)[:, None] >= heights] = 1.0
    found = posteriors(emission, null, transitions(now.jumps, lengths, width + 1, p_null))
    return Directional(found.gamma[:, :, 1:].transpose(1, 0, 2), found.null.T, found.jumps)


def hmm_counts(
    batch: PaddedPairs, cells: Ints, now: Parameters, counts: Counts, p_null: float, factors: Factors | None = None
) -> None:
    """Add the expected counts of one batch under the HMM with agreement (after Liang et al. 2006).

    The lexical counts of both directions are the product of the two posteriors of a cell, not renormalised; jump
    and null counts stay per direction.
    """
    found = hmm_posteriors(batch, cells, now, p_null, factors)
    both = found[0].gamma * found[1].gamma
    np.add.at(counts.lexical[0], cells.ravel().astype(np.intp), both.ravel())
    for side, observed in enumerate((batch.target, batch.source)):
        null = np.ascontiguousarray(found[side].null).ravel().astype(np.float64)
        np.add.at(counts.null[side], observed.ravel().astype(np.intp), null)
        counts.jumps[side][:] += found[side].jumps
