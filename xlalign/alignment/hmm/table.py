"""The sparse table of word pairs that co-occur, and which of its entries every cell of a batch refers to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.corpus import Batch, Corpus, Ints, Longs, make_batch
from xlalign.progress import track

_CHUNK_BITS = 22


class PairTable(NamedTuple):
    """Entry n is the word pair (source[n], target[n]); entries are sorted by source, then target word.

    Both directions share the entries: p(target | source) and p(source | target) are two arrays of len(self) + 1
    numbers, the last of which belongs to padding and stays 0.
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
        """source * (target vocabulary + 1) + target, ascending."""
        return self.source.astype(np.int64) * (self.target_size + 1) + self.target

    def find(self, source: Ints, target: Ints) -> Longs:
        """The entries of word pairs; `size` where there is none."""
        keys = self.keys
        wanted = source.astype(np.int64) * (self.target_size + 1) + target
        place = np.searchsorted(keys, wanted)
        found = keys[np.minimum(place, len(keys) - 1)] == wanted if len(keys) else np.zeros(len(wanted), bool)
        return np.where(found, place, len(keys))

    def keep(self, chosen: NDArray[np.bool_]) -> PairTable:
        """The table of the chosen entries only."""
        return self._replace(source=self.source[chosen], target=self.target[chosen])


def build(corpus: Corpus, rows: Sequence[Longs]) -> tuple[PairTable, list[Ints]]:
    """Collect every co-occurring word pair.

    Args:
        corpus: numbered sentences.
        rows: the batches, as `batch_rows` cuts them.

    Returns:
        The table, and for every batch the entry of each cell, shape (B, J, I); padding refers to `table.size`.
    """
    uniques: list[Longs] = []
    inverses: list[Ints] = []
    shapes: list[tuple[int, ...]] = []
    for keys, chunk_shapes in _chunks(corpus, rows):
        unique, inverse = _unique(keys)
        uniques.append(unique)
        inverses.append(inverse)
        shapes.extend(chunk_shapes)
    merged = _merge(uniques)
    padding = corpus.source_size * (corpus.target_size + 1) + corpus.target_size
    merged = merged[merged != padding]
    width = corpus.target_size + 1
    table = PairTable(
        (merged // width).astype(np.int32), (merged % width).astype(np.int32), corpus.source_size, corpus.target_size
    )
    entries = [np.searchsorted(merged, unique).astype(np.int32)[inverse] for unique, inverse in zip(uniques, inverses)]
    return table, _split(entries, shapes)


def cell_keys(batch: Batch, corpus: Corpus) -> Longs:
    """The key of each cell, shape (B, J, I); every cell with padding has the highest key of all."""
    width = corpus.target_size + 1
    keys = batch.source[:, None, :].astype(np.int64) * width + batch.target[:, :, None]
    padding = corpus.source_size * width + corpus.target_size
    padded = (batch.source == corpus.source_size)[:, None, :] | (batch.target == corpus.target_size)[:, :, None]
    keys[padded] = padding
    return keys


def _chunks(corpus: Corpus, rows: Sequence[Longs]) -> Iterator[tuple[Longs, list[tuple[int, ...]]]]:
    keys: list[Longs] = []
    total = 0
    for chosen in track(rows, "word pairs", total=len(rows), unit="batches"):
        batch_keys = cell_keys(make_batch(corpus, chosen), corpus)
        if keys and total + batch_keys.size > 1 << _CHUNK_BITS:
            yield np.concatenate([k.ravel() for k in keys]), [k.shape for k in keys]
            keys, total = [], 0
        keys.append(batch_keys)
        total += batch_keys.size
    if keys:
        yield np.concatenate([k.ravel() for k in keys]), [k.shape for k in keys]


def _unique(keys: Longs) -> tuple[Longs, Ints]:
    """Sorted distinct keys and, for each key, its place among them.

    Sorting key and position packed into one integer is several times faster than an argsort.
    """
    bits = int(len(keys) - 1).bit_length()
    if int(keys.max()).bit_length() + bits > 63:
        unique, places = np.unique(keys, return_inverse=True)
        return unique, places.astype(np.int32)
    packed = keys << bits
    packed |= np.arange(len(keys))
    packed.sort()
    position = packed & ((1 << bits) - 1)
    packed >>= bits
    first = np.empty(len(packed), dtype=bool)
    first[:1] = True
    np.not_equal(packed[1:], packed[:-1], out=first[1:])
    inverse = np.empty(len(packed), dtype=np.int32)
    inverse[position] = np.cumsum(first, dtype=np.int32) - 1
    return packed[first], inverse


def _merge(uniques: Sequence[Longs]) -> Longs:
    merged = np.empty(0, dtype=np.int64)
    for unique in uniques:
        both = np.sort(np.concatenate([merged, unique]), kind="stable")
        merged = both[np.concatenate([[True], both[1:] != both[:-1]])] if len(both) else both
    return merged


def _split(entries: Sequence[Ints], shapes: Sequence[tuple[int, ...]]) -> list[Ints]:
    flat = iter(entries)
    current, offset = next(flat, np.empty(0, np.int32)), 0
    cells = []
    for shape in shapes:
        size = int(np.prod(shape))
        if offset == len(current):
            current, offset = next(flat), 0
        cells.append(current[offset : offset + size].reshape(shape))
        offset += size
    return cells
