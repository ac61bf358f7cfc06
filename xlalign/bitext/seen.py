"""A set of 64-bit keys that only grows, in eight bytes a key (a Python set takes about seventy)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xlalign.bitext.batch import Mask
from xlalign.hashing import Hashes

MERGE_FACTOR = 8
MAX_RUN = 1 << 21
"""Keys in one array (16 MiB): larger ones are not merged, for a merge needs its space twice."""


class Seen:
    """Sorted arrays of falling size; a new one is merged with its neighbours while these are not much larger.

    So a lookup is a few binary searches (one more for every two million keys), and a key is copied a number of
    times that does not grow with the number of keys.

    Args:
        max_run: keys in one array at most.
    """

    def __init__(self, max_run: int = MAX_RUN) -> None:
        self._runs: list[Hashes] = []
        self._max_run = max_run

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, keys: Hashes) -> Mask:
        """Add keys; returns for each whether it is new: neither added before nor earlier in `keys`, (N,)."""
        unique, first = np.unique(keys, return_index=True)
        unknown = ~self._contains(unique)
        new = np.zeros(len(keys), dtype=np.bool_)
        new[first[unknown]] = True
        self._append(unique[unknown])
        return new

    def _contains(self, keys: Hashes) -> Mask:
        found = np.zeros(len(keys), dtype=np.bool_)
        for run in self._runs:
            found |= is_in(keys, run)
        return found

    def _append(self, run: Hashes) -> None:
        # Runs of 900 and 100 keys and a new one of 20: 100 < 8 * 20, so they become 120; 900 < 8 * 120, so all are one
        # run of 1,020. A run of 100,000 before them would be left alone.
        while self._runs and self._worth_merging(len(self._runs[-1]), len(run)):
            run = np.concatenate([self._runs.pop(), run])
            run.sort()
        if len(run):
            self._runs.append(run)

    def _worth_merging(self, older: int, newer: int) -> bool:
        return older < MERGE_FACTOR * newer and older + newer <= self._max_run


def is_in(keys: Hashes, table: Hashes) -> Mask:
    """For each key whether it is in the sorted table, (N,)."""
    if not len(table):
        return np.zeros(len(keys), dtype=np.bool_)
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.asarray(table[place] == keys)


class Lookup:
    """Finding keys in a sorted table of K: most absent keys are recognised by one bit pattern, without a search."""

    def __init__(self, table: Hashes) -> None:
        self._table = table
        bits = max(10, min(26, int(np.log2(len(table) + 1)) + 4))
        self._shift = np.uint64(64 - bits)
        self._present = np.zeros(1 << bits, dtype=np.bool_)
        self._present[table >> self._shift] = True

    def __len__(self) -> int:
        return len(self._table)

    def find(self, keys: Hashes) -> npt.NDArray[np.int64]:
        """The place of each key in the table, -1 where it is absent, (N,)."""
        places = np.full(len(keys), -1, dtype=np.int64)
        # A table of a thousand keys has 2^13 bits: an absent key hits one of them by chance in one of eight cases.
        maybe = np.flatnonzero(self._present[keys >> self._shift])
        if len(maybe):
            found = np.minimum(np.searchsorted(self._table, keys[maybe]), len(self._table) - 1)
            places[maybe] = np.where(self._table[found] == keys[maybe], found, -1)
        return places
