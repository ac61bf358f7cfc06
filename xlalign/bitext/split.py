"""Train and dev, so that no sentence of dev is in train on either side.

Which sentences are dev is decided by a hash of the source sentence, so it hardly changes when text is added, and a
sentence that several corpora or language pairs share is dev in all of them or in none.
"""

from __future__ import annotations

import numpy as np

from xlalign.bitext.batch import Mask
from xlalign.bitext.seen import is_in
from xlalign.hashing import Hashes, mix

ROUND = np.uint64(0x5EED)


class DevKeys:
    """The dev sentences of every language pair, found in one pass over source keys.

    Args:
        size: pairs in dev for each language pair.
        share: but at most this share of them.
    """

    def __init__(self, size: int, share: float) -> None:
        self._size, self._share = size, share
        self._lowest: dict[tuple[str, str], tuple[Hashes, np.typing.NDArray[np.int64]]] = {}
        self._totals: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        return bool(self._lowest)

    def add(self, languages: tuple[str, str], source_keys: Hashes) -> None:
        """Take in the source keys of some pairs."""
        ranks = mix(source_keys ^ ROUND, 0)
        # Only the `size` lowest ranks can become dev, so no more are kept, however long the corpus: lowest of a batch
        # and lowest so far, merged, with the pairs of each added up.
        found, counts = np.unique(ranks, return_counts=True)
        before = self._lowest.get(languages, (np.empty(0, np.uint64), np.empty(0, np.int64)))
        merged, place = np.unique(np.concatenate([before[0], found]), return_inverse=True)
        totals = np.bincount(place, np.concatenate([before[1], counts]), len(merged)).astype(np.int64)
        self._lowest[languages] = merged[: self._size], totals[: self._size]
        self._totals[languages] = self._totals.get(languages, 0) + len(source_keys)

    def threshold(self, languages: tuple[str, str]) -> int:
        """How many of the lowest ranks together have no more pairs than dev may have."""
        # Ranks whose sentences have 2, 1, 3 pairs and room for 5: the first two fit (2 + 1), the third would make 6.
        room = min(self._size, int(self._share * self._totals[languages]))
        return int(np.searchsorted(np.cumsum(self._lowest[languages][1]), room, side="right"))

    def is_dev(self, languages: tuple[str, str], source_keys: Hashes) -> Mask:
        """For each pair whether its source sentence is in dev, (N,)."""
        if languages not in self._lowest:
            return np.zeros(len(source_keys), dtype=np.bool_)
        return is_in(mix(source_keys ^ ROUND, 0), self._lowest[languages][0][: self.threshold(languages)])
