"""How alike two words look: Dice coefficient of their character bigrams, after removing case and accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.corpus import Ints
from xlalign.alignment.hmm.forward_backward import Doubles
from xlalign.alignment.hmm.table import PairTable

_MASK_BITS = 64


def plain(word: str) -> str:
    """The case-folded word without combining marks."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)) or word


def bigrams(word: str) -> frozenset[str]:
    """Distinct character pairs of the plain word with a boundary mark at both ends."""
    marked = f"\x02{plain(word)}\x03"
    return frozenset(marked[start : start + 2] for start in range(len(marked) - 1))


def dice(table: PairTable, source: Sequence[str], target: Sequence[str], cutoff: float = 0.5) -> Doubles:
    """Dice coefficient 2 |A and B| / (|A| + |B|) of every table entry, 0 below `cutoff`; shape (entries,)."""
    left, right = [bigrams(word) for word in source], [bigrams(word) for word in target]
    chosen = _may_reach(table, left, right, cutoff)
    value = np.zeros(table.size)
    found = [
        2 * len(left[e] & right[f]) / (len(left[e]) + len(right[f]))
        for e, f in zip(table.source[chosen].tolist(), table.target[chosen].tolist(), strict=True)
    ]
    value[chosen] = found
    value[value < cutoff] = 0.0
    return value


def _may_reach(
    table: PairTable, left: Sequence[frozenset[str]], right: Sequence[frozenset[str]], cutoff: float
) -> NDArray[np.intp]:
    """Entries whose coefficient may reach `cutoff`, by an upper bound on 64-bit sets of hashed bigrams."""
    numbers: dict[str, int] = {}
    (e_mask, e_size, e_lost), (f_mask, f_size, f_lost) = (_masks(side, numbers) for side in (left, right))
    source, target = table.source, table.target
    shared = np.bitwise_count(e_mask[source] & f_mask[target]).astype(np.int16)
    shared += np.minimum(e_lost[source], f_lost[target])
    return np.flatnonzero(2 * shared >= cutoff * (e_size[source] + f_size[target]))


def _masks(
    side: Sequence[frozenset[str]], numbers: dict[str, int]
) -> tuple[NDArray[np.uint64], Ints, Ints]:
    """Per word: the bit set, the number of bigrams, and how many bigrams share a bit with another."""
    masks = np.zeros(len(side), dtype=np.uint64)
    for word, grams in enumerate(side):
        mask = 0
        for gram in sorted(grams):
            mask |= 1 << (numbers.setdefault(gram, len(numbers)) * 0x9E3779B1 >> 7) % _MASK_BITS
        masks[word] = mask
    sizes = np.array([len(grams) for grams in side], dtype=np.int16)
    return masks, sizes, sizes - np.bitwise_count(masks)
