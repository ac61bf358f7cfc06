"""Samples of a text that are the same on every machine and in every order: pairs with the lowest hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import heappush, heappushpop

import numpy as np

from xlalign.hashing import text_hashes
from xlalign.types import WordPair


def digest(pair: WordPair) -> bytes:
    """A short key for the words of a pair."""
    return blake2b("\0".join((*pair[0], "", *pair[1])).encode(), digest_size=12).digest()


def hash_limit(identities: Iterable[str], size: int) -> int:
    """The `size`-th lowest hash of some ids, up to which they are the sample; the highest possible for fewer ids."""
    hashes = text_hashes(identities)
    return int(np.partition(hashes, size - 1)[size - 1]) if 0 < size <= len(hashes) else 2**64 - 1


def in_sample(identities: Iterable[str], limit: int) -> list[bool]:
    """Which ids have a hash up to `limit`."""
    return (text_hashes(identities) <= np.uint64(limit)).tolist()


class WatchedSample:
    """Picks pairs out of a text while someone else reads it.

    Args:
        size: pairs to pick, by the lowest hashes of their words.
        always: pairs that are picked besides.
    """

    def __init__(self, size: int, always: Iterable[WordPair] = ()) -> None:
        self._size = size
        self._always = frozenset(map(digest, always))
        self._certain: list[tuple[int, WordPair]] = []
        self._heap: list[tuple[int, int, WordPair]] = []

    def watch(self, pairs: Iterable[WordPair]) -> Iterator[WordPair]:
        """The pairs themselves; those with an empty side are never picked."""
        for row, pair in enumerate(pairs):
            if all(pair):
                self._see(row, pair)
            yield pair

    def _see(self, row: int, pair: WordPair) -> None:
        key = digest(pair)
        if key in self._always:
            self._certain.append((row, pair))
            return
        # The heap gives up its lowest entry, which is the highest hash.
        entry = -int.from_bytes(key[:8], "little"), row, pair
        if len(self._heap) < self._size:
            heappush(self._heap, entry)
        elif self._size:
            heappushpop(self._heap, entry)

    def picked(self) -> dict[int, WordPair]:
        """Position in the text -> pair, in the order of the text."""
        return dict(sorted([*self._certain, *((row, pair) for _, row, pair in self._heap)]))
