"""Near duplicates: pairs that share most of their words, by MinHash and banding (Broder 1997; Indyk, Motwani 1998).

The shingles of a pair are the words and word bigrams of both sides. Each of `BANDS * ROWS` hash functions keeps its
least value over them; two pairs of Jaccard similarity s agree in a whole band with probability 1 - (1 - s^ROWS)^BANDS:
3 % at 0.5, 38 % at 0.7, 77 % at 0.8, 99 % at 0.9. Only the keys of the bands are kept, `8 * BANDS` bytes a pair, so
a pair goes when a band has been seen before, and is not compared again. Pairs of other languages are never near: in a
text with many translations they share a side, and there are many of them.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

from xlalign.arrays import Ints
from xlalign.bitext.batch import BatchSide, FilterBatch
from xlalign.bitext.characters import Texts
from xlalign.bitext.ngrams import ngrams
from xlalign.hashing import GOLDEN, Hashes, mix

BANDS = 8
ROWS = 8


def band_keys(batch: FilterBatch) -> Hashes:
    """The keys of the bands of every pair, (N, BANDS). Pairs without any word get keys of their own."""
    shingles, counts = _shingles(batch)
    seeds = mix(np.arange(BANDS * ROWS, dtype=np.uint64), 0)
    minima = np.stack([_minima(shingles, counts, seed) for seed in seeds], axis=1)
    powers = mix(np.arange(ROWS, dtype=np.uint64), 0) | np.uint64(1)
    keys = (minima.reshape(len(batch), BANDS, ROWS) * powers).sum(axis=2, dtype=np.uint64)
    salt = np.uint64(crc32(f"{batch.source.lang}-{batch.target.lang}".encode())) * np.uint64(BANDS)
    own = mix(batch.source.keys, 0)[:, None]
    return np.where(counts[:, None] > 0, mix(keys + salt + np.arange(BANDS, dtype=np.uint64), 0), own)


def _minima(shingles: Hashes, counts: Ints, seed: np.uint64) -> Hashes:
    """The least hash of each pair's shingles by one hash function, (N,); 0 for pairs without any."""
    result = np.zeros(len(counts), dtype=np.uint64)
    filled = counts > 0
    if filled.any():
        # Pairs of 3, 0 and 2 shingles begin at 0, 3 and 3; `reduceat` cannot express an empty one, so it is left out.
        starts = (np.cumsum(counts) - counts)[filled]
        result[filled] = np.minimum.reduceat((shingles ^ seed) * GOLDEN, starts)
    return result


def _shingles(batch: FilterBatch) -> tuple[Hashes, Ints]:
    """The shingles of both sides of every pair, in the order of the pairs, (G,), and how many each has, (N,)."""
    parts = [_side(side, size) for side in (batch.source, batch.target) for size in (1, 2)]
    salted = [mix(values + np.uint64(i), 0) for i, (values, _) in enumerate(parts)]
    rows = np.concatenate([np.repeat(np.arange(len(batch)), counts) for _, counts in parts])
    order = np.argsort(rows, kind="stable")
    return np.concatenate(salted)[order], np.bincount(rows, minlength=len(batch))


def _side(side: BatchSide, size: int) -> tuple[Hashes, Ints]:
    return ngrams(Texts.of(side.texts), size, side.language.spaced)
