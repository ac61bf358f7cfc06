"""The sparse table of word pairs that co-occur, and shards of batches whose cells point into it.

A shard is a list of batches with at most about SHARD_CELLS cells. Its cells hold local numbers, and `entries` maps
local to table numbers, so a step works on small arrays, adds its counts to the table once, and pruning the table
only rewrites `entries`. Shards do not depend on the number of workers; their counts are summed in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.arrays import ArraySpool
from xlalign.alignment.hmm.numbering import Ints, Longs, NumberedPairs, PaddedPairs, batch_rows, make_batch
from xlalign.progress import track

SHARD_CELLS = 1 << 21


class PairTable(NamedTuple):
    """Entry n is the word pair (source[n], target[n]); entries are sorted by source, then target word.

    Both directions share the entries: p(target | source) and p(source | target) are two arrays of size + 1
    numbers, the last of which belongs to padding and pruned pairs and stays 0.
    """

    source: Ints
    target: Ints
    source_size: int
    target_size: int

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.source)

    @property
    def keys(self) -> Longs:
        """One ascending integer per entry."""
        return pair_keys(self.source, self.target, self.target_size)

    def find(self, keys: Longs) -> Longs:
        """The entries of keys; `size` where there is none."""
        known = self.keys
        if not len(known):
            return np.zeros(len(keys), dtype=np.int64)
        place = np.searchsorted(known, keys)
        found = known[np.minimum(place, len(known) - 1)] == keys
        return np.where(found, place, len(known))


def pair_keys(source: Ints, target: Ints, target_size: int) -> Longs:
    """The key of word pairs, in the order of (source, target)."""
    return source.astype(np.int64) * (target_size + 1) + target


def from_keys(keys: Longs, source_size: int, target_size: int) -> PairTable:
    """The table of sorted distinct keys."""
    source, target = np.divmod(keys, target_size + 1)
    return PairTable(source.astype(np.int32), target.astype(np.int32), source_size, target_size)


class Shard(NamedTuple):
    """Batches, the cells of each (B, J, I) as local numbers, and local -> table entry (U,)."""

    batches: list[PaddedPairs]
    cells: list[Ints]
    entries: Ints


class Shards(Sequence[Shard]):
    """All shards of a corpus; matrices are made anew on each visit, only cells and entries are stored."""

    def __init__(self, corpus: NumberedPairs, rows: list[list[Longs]]) -> None:
        self.corpus = corpus
        self.rows = rows
        self.cells = ArraySpool()
        self.entries = ArraySpool()

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, number: int) -> Shard:  # type: ignore[override]
        batches = [make_batch(self.corpus, rows) for rows in self.rows[number]]
        flat, cells, offset = self.cells[number], [], 0
        for batch in batches:
            size = int(np.prod(batch.shape))
            cells.append(flat[offset : offset + size].reshape(batch.shape))
            offset += size
        return Shard(batches, cells, self.entries[number])

    def renumber(self, numbers: Ints) -> None:
        """Replace table entry n by numbers[n] everywhere."""
        entries = ArraySpool()
        for number in range(len(self)):
            entries.append(numbers[self.entries[number]])
        self.entries = entries


def build(corpus: NumberedPairs) -> tuple[PairTable, Shards]:
    """Collect every co-occurring word pair of a corpus and what each cell refers to."""
    shards = Shards(corpus, list(_group(corpus, batch_rows(corpus))))
    found, merged = ArraySpool(), _Merged()
    for rows in track(shards.rows, "word pairs", total=len(shards.rows), unit="shards"):
        unique, inverse = unique_keys(shard_keys(corpus, rows))
        shards.cells.append(inverse)
        found.append(unique)
        merged.add(unique)
    keys = merged.result()
    padding = corpus.source.size * (corpus.target.size + 1) + corpus.target.size
    keys = keys[: np.searchsorted(keys, padding)]
    for number in range(len(shards.rows)):
        shards.entries.append(np.searchsorted(keys, found[number]).astype(np.int32))
    return from_keys(keys, corpus.source.size, corpus.target.size), shards


def shard_keys(corpus: NumberedPairs, rows: Sequence[Longs]) -> Longs:
    """The keys of all cells of some batches, flat; every cell with padding has the highest key of all."""
    return np.concatenate([_cell_keys(make_batch(corpus, chosen), corpus).ravel() for chosen in rows])


def _cell_keys(batch: PaddedPairs, corpus: NumberedPairs) -> Longs:
    source_pad, target_pad = corpus.source.size, corpus.target.size
    keys = pair_keys(batch.source[:, None, :], batch.target[:, :, None], target_pad)
    padded = (batch.source == source_pad)[:, None, :] | (batch.target == target_pad)[:, :, None]
    keys[padded] = source_pad * (target_pad + 1) + target_pad
    return keys


def _group(corpus: NumberedPairs, batches: Sequence[Longs]) -> Iterator[list[Longs]]:
    """Consecutive batches of at most SHARD_CELLS cells, at least one each."""
    group: list[Longs] = []
    total = 0
    for rows in batches:
        widest, highest = corpus.source.lengths_of(rows).max(), corpus.target.lengths_of(rows).max()
        cells = len(rows) * int(widest) * int(highest)
        if group and total + cells > SHARD_CELLS:
            yield group
            group, total = [], 0
        group.append(rows)
        total += cells
    if group:
        yield group


def unique_keys(keys: Longs) -> tuple[Longs, Ints]:
    """Sorted distinct keys and, for each key, its place among them.

    Sorting key and position packed into one integer is several times faster than an argsort.
    """
    bits = int(len(keys) - 1).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > 63:
        unique, places = np.unique(keys, return_inverse=True)
        return unique, places.astype(np.int32)
    packed = keys << bits
    packed |= np.arange(len(keys))
    packed.sort()
    position = packed & ((1 << bits) - 1)
    packed >>= bits
    first = _changes(packed)
    inverse = np.empty(len(packed), dtype=np.int32)
    inverse[position] = np.cumsum(first, dtype=np.int32) - 1
    return packed[first], inverse


def _changes(ordered: Longs) -> NDArray[np.bool_]:
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


class _Merged:
    """The sorted union of many sorted arrays; small ones wait until they are worth a merge."""

    def __init__(self) -> None:
        self._all = np.empty(0, dtype=np.int64)
        self._waiting: list[Longs] = []

    def add(self, keys: Longs) -> None:
        self._waiting.append(keys)
        if sum(map(len, self._waiting)) > len(self._all):
            self._all = self.result()
            self._waiting = []

    def result(self) -> Longs:
        if not self._waiting:
            return self._all
        both = np.concatenate([self._all, *self._waiting])
        both.sort()
        return both[_changes(both)]
