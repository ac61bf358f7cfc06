"""Hashes of word n-grams for many sentences at once."""

from __future__ import annotations

import numpy as np

from xlalign.bitext.characters import FIRST_KEY, Hashes, Ints, Texts, character_numbers, mix


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
    multipliers = mix(np.arange(size, dtype=np.uint64)) | np.uint64(1)
    windows = np.lib.stride_tricks.sliding_window_view(words, size)
    starts = np.cumsum(per_text) - per_text
    first = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    return mix((windows * multipliers).sum(axis=1, dtype=np.uint64)[first]), counts


def _words(texts: Texts, spaced: bool) -> tuple[Hashes, Ints]:
    """A hash of every word, (W,), and how many each sentence has, (N,)."""
    counted = np.flatnonzero(texts.classes >= FIRST_KEY)
    begins = np.diff(counted, prepend=-2) > 1 if spaced else np.ones(len(counted), dtype=np.bool_)
    first = np.flatnonzero(begins)
    if not len(first):
        return np.empty(0, dtype=np.uint64), np.zeros(len(texts.lengths), dtype=np.int64)
    position = np.arange(len(counted)) - np.repeat(first, np.diff(np.append(first, len(counted))))
    multipliers = mix(np.arange(int(position.max()) + 1, dtype=np.uint64)) | np.uint64(1)
    words = mix(np.add.reduceat(character_numbers()[texts.codes[counted]] * multipliers[position], first))
    borders = np.searchsorted(counted[first], np.append(texts.starts, len(texts.codes)))
    return words, np.diff(borders)
