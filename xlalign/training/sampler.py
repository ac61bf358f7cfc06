"""Which examples a step sees: a pure function of (seed, step)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.arrays import Ints
from xlalign.hashing import Hashes, key, mix
from xlalign.objectives.recipe import DataOptions

Places = NDArray[np.int32]
"""Numbers of examples; there are fewer than 2^31, and half the memory counts where there are millions."""


CHUNK = 1 << 18
"""Examples hashed at a time."""


class Run(NamedTuple):
    """What fixes the draws of a run: examples a step, seed, length in steps; and which share of each step this
    process takes (number `rank` of `world`).
    """

    batch_size: int
    seed: int
    steps: int
    rank: int = 0
    world: int = 1


class Sampler:
    """Draws examples of several languages so that every epoch is a fresh permutation.

    A language with n examples gets a share of the draws; its k-th draw is item k mod n of its (k div n)-th own
    permutation, so nothing is seen twice before everything of that language was seen once.

    Four examples of A (a b c d) and two of B (x y) at equal shares: an epoch of six places has three draws of each.

        epoch 0    slots A B B A A B    draws A0 B0 B1 A1 A2 B2    A0-3 walk through one order of a b c d, A4-7 through
        epoch 1    slots B A A B A B    draws B3 A3 A4 B4 A5 B5    another; B0-1, B2-3, B4-5 through three of x y

    So x and y are seen three times in two epochs, a to d once or twice; `rounds` counts those times.

    Args:
        hashes: (n,) content hash of each example; the order depends on content, not on file order.
        groups: (n,) language (or language pair) of each example, 0..G-1.
        run: batch size, seed and length of the run; UniMax shares out its draws.
        options: `language_temperature`, p_g proportional to n_g ** temperature; `repeat_cap`, UniMax (arXiv
            2304.09151): equal shares of all draws, but no language more than this many times over.
    """

    def __init__(self, hashes: Hashes, groups: NDArray[np.integer], run: Run, options: DataOptions) -> None:
        self.hashes, self.seed, self.run = hashes, run.seed, run
        self.members = [np.flatnonzero(groups == g).astype(np.int32) for g in range(int(groups.max()) + 1)]
        sizes = np.array([len(m) for m in self.members], np.float64)
        if options.repeat_cap:
            shares = unimax(sizes, run.steps * run.batch_size, options.repeat_cap)
        else:
            shares = tempered(sizes, options.language_temperature)
        self.counts = apportion(shares, len(hashes))
        self._own = lru_cache(maxsize=4 * len(self.members))(self._permutation)
        # A batch may straddle the end of an epoch, and then needs the slots of both.
        self._slots = lru_cache(maxsize=2)(self._interleaved)

    def __len__(self) -> int:
        """Examples drawn in one epoch: as many as there are."""
        return len(self.hashes)

    def step(self, number: int) -> tuple[Ints, Ints]:
        """This process's examples of an optimizer step, and how often each was seen before."""
        size, rank, world = self.run.batch_size, self.run.rank, self.run.world
        # 10 examples on 4 processes: [0, 2) [2, 5) [5, 7) [7, 10). The cuts are where the fractions 0/4 ... 4/4 of 10
        # fall, so the parts differ by one at the most and nothing is drawn twice, whether or not the batch divides.
        first, last = size * rank // world, size * (rank + 1) // world
        return self.draw(number * size + first, last - first)

    def draw(self, start: int, count: int) -> tuple[Ints, Ints]:
        """Examples number `start` to `start + count` - 1 of the run, and how often each was seen before."""
        places = np.arange(start, start + count)
        epochs, offsets = places // len(self), places % len(self)
        picked, rounds = np.empty(count, np.int64), np.empty(count, np.int64)
        for epoch in np.unique(epochs):
            now = epochs == epoch
            group, rank = self._slots(int(epoch))
            picked[now], rounds[now] = self._examples(
                int(epoch), group[offsets[now]], rank[offsets[now]].astype(np.int64)
            )
        return picked, rounds

    def _examples(self, epoch: int, group: NDArray[np.int16], rank: Ints) -> tuple[Ints, Ints]:
        picked, rounds = np.empty(len(group), np.int64), np.empty(len(group), np.int64)
        for g in np.unique(group):
            own = group == g
            number = epoch * int(self.counts[g]) + rank[own]
            size = len(self.members[g])
            rounds[own] = number // size
            for turn in np.unique(rounds[own]):
                # A small language passes through several of its permutations in one epoch: draws 2 3 4 5 of two
                # examples are turns 1 1 2 2.
                order = self._own(int(g), int(turn))
                where = np.flatnonzero(own)[number // size == turn]
                picked[where] = order[number[number // size == turn] % size]
        return picked, rounds

    def _permutation(self, group: int, turn: int) -> Places:
        members = self.members[group]
        return members[shuffled(key(self.seed, "order", turn), len(members), lambda part: self.hashes[members[part]])]

    def _interleaved(self, epoch: int) -> tuple[NDArray[np.int16], Places]:
        """For each place of an epoch its language, and which draw of that language it is."""
        group = np.repeat(np.arange(len(self.counts), dtype=np.int16), self.counts)
        order = shuffled(key(self.seed, "languages", epoch), len(group), lambda part: np.arange(part.start, part.stop))
        group = group[order]
        rank = np.empty(len(group), np.int32)
        for g, count in enumerate(self.counts):
            rank[group == g] = np.arange(count)
        return group, rank


def shuffled(base: int, count: int, items: Callable[[slice], NDArray[np.integer]]) -> Ints:
    """The order (count,) of items by their hash; hashed in parts, because every step of `mix` takes a copy."""
    hashes = np.empty(count, np.uint64)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        hashes[part] = mix(base, items(part))
    return np.argsort(hashes, kind="stable")


def tempered(sizes: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Shares proportional to size ** temperature; empty groups get none."""
    # 100 and 10,000 examples at 0.5 count as 10 and 100: a share of 9 % where proportion would give 1 %.
    mass = np.where(sizes > 0, np.maximum(sizes, 1) ** temperature, 0.0)
    return mass / mass.sum()


def unimax(sizes: NDArray[np.float64], draws: int, cap: float) -> NDArray[np.float64]:
    """Shares as equal as a cap of `cap` passes over each group allows (UniMax, arXiv 2304.09151, algorithm 1)."""
    # Groups of 10, 100, 1000 and 300 draws, at most 4 passes: an equal share is 100, of which the first can use 40; the
    # other two share what is left, 130 each. From the smallest on, because only those give anything back.
    shares = np.zeros_like(sizes)
    left = float(draws)
    for rank, g in enumerate(np.argsort(sizes, kind="stable")):
        shares[g] = min(left / (len(sizes) - rank), cap * sizes[g])
        left -= shares[g]
    return shares / shares.sum()


def apportion(shares: NDArray[np.float64], total: int) -> Ints:
    """Whole numbers in the given proportion that add up to `total` (largest remainders)."""
    # Shares .5 .3 .2 of 7 are 3.5 2.1 1.4: their whole parts 3 2 1 leave one, which the largest remainder gets: 4 2 1.
    exact = shares * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return counts
