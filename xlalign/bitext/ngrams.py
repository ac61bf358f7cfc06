"""Hashes of word n-grams for many sentences at once."""

from __future__ import annotations

import numpy as np

from xlalign.arrays import Ints, positions, ranges, starts
from xlalign.bitext.characters import FIRST_KEY, Texts, character_numbers
from xlalign.hashing import Hashes, mix


def ngrams(texts: Texts, size: int, spaced: bool) -> tuple[Hashes, Ints]:
    """The n-grams of every sentence, without case, accents and punctuation.

    Args:
        texts: N sentences.
        size: words in an n-gram; a shorter sentence has none.
        spaced: whether words are runs of letters and digits; otherwise every such character is a word.

    Returns:
        The hashes of all n-grams in order, (G,), and how many each sentence has, (N,).
    """
    words, per_text = _words(texts, spaced)
    counts = np.maximum(per_text - size + 1, 0)
    if not counts.any():
        return np.empty(0, dtype=np.uint64), counts
    multipliers = mix(np.arange(size, dtype=np.uint64), 0) | np.uint64(1)
    windows = np.lib.stride_tricks.sliding_window_view(words, size)
    # Texts of 3 and 2 words lie as 5 words with 4 windows of two; window 2 spans both texts, so [0, 1, 3] are taken.
    first = ranges(starts(per_text), counts)
    return mix((windows * multipliers).sum(axis=1, dtype=np.uint64)[first], 0), counts


def _words(texts: Texts, spaced: bool) -> tuple[Hashes, Ints]:
    """A hash of every word, (W,), and how many each sentence has, (N,)."""
    counted = np.flatnonzero(texts.classes >= FIRST_KEY)
    begins = np.diff(counted, prepend=-2) > 1 if spaced else np.ones(len(counted), dtype=np.bool_)
    first = np.flatnonzero(begins)
    if not len(first):
        return np.empty(0, dtype=np.uint64), np.zeros(len(texts.lengths), dtype=np.int64)
    position = positions(np.diff(np.append(first, len(counted))))
    multipliers = mix(np.arange(int(position.max()) + 1, dtype=np.uint64), 0) | np.uint64(1)
    words = mix(np.add.reduceat(character_numbers()[texts.codes[counted]] * multipliers[position], first), 0)
    borders = np.searchsorted(counted[first], np.append(texts.starts, len(texts.codes)))
    return words, np.diff(borders)
