"""Word pairs as integer arrays, cut into padded batches of similar shape."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.types import WordPair

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Vocabulary:
    """Word forms and their numbers, in order of first appearance."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.index = {word: number for number, word in enumerate(words)}

    def __len__(self) -> int:
        return len(self.index)

    @property
    def words(self) -> list[str]:
        """All forms, by number."""
        return list(self.index)

    def grow(self, words: Sequence[str]) -> list[int]:
        """The numbers of `words`; new ones are added."""
        index = self.index
        return [index.setdefault(word, len(index)) for word in words]


class Side(NamedTuple):
    """All sentences of one language: `ids` one after another, sentence n at starts[n]:starts[n+1]."""

    ids: Ints
    starts: Longs

    @property
    def lengths(self) -> Longs:
        """Words per sentence, shape (pairs,)."""
        return np.diff(self.starts)

    def padded(self, rows: Longs, width: int, fill: int) -> Ints:
        """Sentences `rows` as a (len(rows), width) matrix."""
        columns = np.arange(width)
        inside = columns < self.lengths[rows][:, None]
        matrix = np.full((len(rows), width), fill, dtype=np.int32)
        matrix[inside] = self.ids[(self.starts[rows][:, None] + columns)[inside]]
        return matrix

    def mapped(self, numbers: Ints) -> Side:
        """The same sentences with word n replaced by numbers[n]."""
        return Side(numbers[self.ids], self.starts)


class Corpus(NamedTuple):
    """Both sides of a bitext and how many distinct words each has."""

    source: Side
    target: Side
    source_size: int
    target_size: int

    def __len__(self) -> int:
        return len(self.source.starts) - 1


def encode(pairs: Iterable[WordPair], source: Vocabulary, target: Vocabulary) -> Corpus:
    """Number the words of every pair, growing both vocabularies; `pairs` is read once and not kept."""
    ids = (array("i"), array("i"))
    starts = (array("q", [0]), array("q", [0]))
    for pair in pairs:
        for side, vocabulary in enumerate((source, target)):
            ids[side].extend(vocabulary.grow([word.casefold() for word in pair[side]]))
            starts[side].append(len(ids[side]))
    sides = [
        Side(np.frombuffer(ids[side] or array("i", [0]), dtype=np.int32), np.frombuffer(starts[side], dtype=np.int64))
        for side in (0, 1)
    ]
    return Corpus(sides[0], sides[1], len(source), len(target))


class Batch(NamedTuple):
    """B pairs, padded to I source and J target words. Padding has the number one past the vocabulary.

    rows (B,) are positions in the corpus; source (B, I), target (B, J).
    """

    rows: Longs
    source: Ints
    target: Ints
    source_lengths: Longs
    target_lengths: Longs

    @property
    def cells(self) -> int:
        """B * J * I."""
        return len(self.rows) * self.source.shape[1] * self.target.shape[1]


def batch_rows(corpus: Corpus, limit: int = 400_000, waste: int = 60_000) -> list[Longs]:
    """Cut the pairs with words on both sides into batches of similar shape.

    Args:
        corpus: what to cut.
        limit: cells (source x target words, padding included) a batch may have, unless one pair has more.
        waste: cells of padding a batch may have; many short batches cost more than some padding.
    """
    widths, heights = corpus.source.lengths, corpus.target.lengths
    steps = np.floor(np.log(np.maximum(widths, 1)) / np.log(1.12)).astype(np.int64)
    order = np.lexsort((np.arange(len(widths)), heights, steps))
    order = order[(widths[order] > 0) & (heights[order] > 0)]
    return list(_cut(order, widths[order].tolist(), heights[order].tolist(), limit, waste))


def _cut(order: Longs, widths: list[int], heights: list[int], limit: int, waste: int) -> Iterator[Longs]:
    start = width = height = real = 0
    for position, (w, h) in enumerate(zip(widths, heights, strict=True)):
        width, height, real = max(width, w), max(height, h), real + w * h
        padded = (position + 1 - start) * width * height
        if position > start and (padded > limit or padded - real > waste):
            yield order[start:position]
            start, width, height, real = position, w, h, w * h
    if len(order) > start:
        yield order[start:]


def make_batch(corpus: Corpus, rows: Longs) -> Batch:
    """The padded matrices of pairs `rows`."""
    widths, heights = corpus.source.lengths[rows], corpus.target.lengths[rows]
    source = corpus.source.padded(rows, int(widths.max()), corpus.source_size)
    target = corpus.target.padded(rows, int(heights.max()), corpus.target_size)
    return Batch(rows, source, target, widths, heights)
