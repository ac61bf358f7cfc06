"""How alike two words look: the Dice coefficient of their character bigrams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.forward_backward import Floats
from xlalign.alignment.hmm.numbering import Ints
from xlalign.alignment.hmm.table import PairTable

Shorts = NDArray[np.int16]
Bits = NDArray[np.uint64]
_BLOCK = 1 << 20


def bigrams(word: str) -> frozenset[str]:
    """Distinct character pairs of a word with a boundary mark at both ends."""
    marked = f"\x02{word}\x03"
    return frozenset(marked[start : start + 2] for start in range(len(marked) - 1))


def dice(table: PairTable, source: Sequence[str], target: Sequence[str], cutoff: float = 0.5) -> Floats:
    """2 |A and B| / (|A| + |B|) of the bigrams of every table entry, 0 below `cutoff`; shape (entries,).

    Args:
        table: word pairs.
        source: spelling of each source word, by number.
        target: spelling of each target word, by number.
        cutoff: least value of interest.
    """
    grams = [bigrams(word) for word in source], [bigrams(word) for word in target]
    numbers: dict[str, int] = {}
    masks = [_Masks(side, numbers) for side in grams]
    value = np.zeros(table.size, dtype=np.float32)
    for first in range(0, table.size, _BLOCK):
        e, f = table.source[first : first + _BLOCK], table.target[first : first + _BLOCK]
        for entry in np.flatnonzero(masks[0].may_reach(masks[1], e, f, cutoff)).tolist():
            left, right = grams[0][e[entry]], grams[1][f[entry]]
            exact = 2 * len(left & right) / (len(left) + len(right))
            if exact >= cutoff:
                value[first + entry] = exact
    return value


class _Masks:
    """The bigrams of each word as a set of 64 bits; `lost` counts bigrams that share a bit with another."""

    def __init__(self, side: Sequence[frozenset[str]], numbers: dict[str, int]) -> None:
        masks = (_mask(grams, numbers) for grams in side)
        self.bits: Bits = np.fromiter(masks, dtype=np.uint64, count=len(side))
        self.sizes: Shorts = np.array([len(grams) for grams in side], dtype=np.int16)
        self.lost = (self.sizes - np.bitwise_count(self.bits)).astype(np.int16)

    def may_reach(self, other: _Masks, mine: Ints, theirs: Ints, cutoff: float) -> NDArray[np.bool_]:
        """Whether the coefficient of pairs (mine, theirs) can reach `cutoff`, by an upper bound."""
        shared = np.bitwise_count(self.bits[mine] & other.bits[theirs]).astype(np.int16)
        shared += np.minimum(self.lost[mine], other.lost[theirs])
        return 2 * shared >= cutoff * (self.sizes[mine] + other.sizes[theirs])


def _mask(grams: frozenset[str], numbers: dict[str, int]) -> int:
    mask = 0
    for gram in sorted(grams):
        mask |= 1 << numbers.setdefault(gram, len(numbers)) * 37 % 64
    return mask
