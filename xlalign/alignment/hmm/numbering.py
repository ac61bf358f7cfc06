"""Word pairs as integer arrays, cut into padded batches of similar shape."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.types import WordPair

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Vocabulary(dict[str, int]):
    """Word forms and their numbers, in order of first appearance; looking up a new word adds it.

    Args:
        words: forms that are numbered already.
        lowercase: words that differ in case only share a number.
    """

    def __init__(self, words: Iterable[str] = (), lowercase: bool = True) -> None:
        self.words = list(words)
        self.lowercase = lowercase
        super().__init__({word: number for number, word in enumerate(self.words)})

    def __missing__(self, spelling: str) -> int:
        word = spelling.casefold() if self.lowercase else spelling
        number = self.get(word)
        if number is None:
            number = len(self.words)
            self.words.append(word)
            self[word] = number
        self[spelling] = number
        return number


class NumberedSide(NamedTuple):
    """All sentences of one language: `ids` one after another, sentence n at starts[n]:starts[n+1]; `size` words."""

    ids: Ints
    starts: Longs
    size: int

    @property
    def lengths(self) -> Longs:
        """Words per sentence, shape (pairs,)."""
        return np.diff(self.starts)

    @property
    def counts(self) -> Longs:
        """Occurrences per word, shape (size,)."""
        return np.bincount(self.ids, minlength=self.size)

    def padded(self, rows: Longs, width: int) -> Ints:
        """Sentences `rows` as a (len(rows), width) matrix; `size` stands for padding."""
        columns = np.arange(width)
        inside = columns < self.lengths_of(rows)[:, None]
        matrix = np.full((len(rows), width), self.size, dtype=np.int32)
        matrix[inside] = self.ids[(self.starts[rows][:, None] + columns)[inside]]
        return matrix

    def lengths_of(self, rows: Longs) -> Longs:
        """Words of some sentences, shape (len(rows),)."""
        return self.starts[rows + 1] - self.starts[rows]

    def mapped(self, numbers: Ints, size: int) -> NumberedSide:
        """The same sentences with word n replaced by numbers[n] of a vocabulary of `size`."""
        return NumberedSide(numbers[self.ids], self.starts, size)


class NumberedPairs(NamedTuple):
    """Both sides of a bitext."""

    source: NumberedSide
    target: NumberedSide

    def __len__(self) -> int:
        return len(self.source.starts) - 1


def encode(pairs: Iterable[WordPair], source: Vocabulary, target: Vocabulary) -> NumberedPairs:
    """Number the words of every pair, growing both vocabularies; `pairs` is read once and not kept."""
    vocabularies = (source, target)
    ids = (array("i"), array("i"))
    starts = (array("q", [0]), array("q", [0]))
    for pair in pairs:
        for side in (0, 1):
            ids[side].extend(map(vocabularies[side].__getitem__, pair[side]))
            starts[side].append(len(ids[side]))
    return NumberedPairs(*(_side(ids[side], starts[side], len(vocabularies[side].words)) for side in (0, 1)))


def _side(ids: array[int], starts: array[int], size: int) -> NumberedSide:
    numbers = np.frombuffer(ids, dtype=np.int32) if ids else np.empty(0, dtype=np.int32)
    return NumberedSide(numbers, np.frombuffer(starts, dtype=np.int64), size)


class PaddedPairs(NamedTuple):
    """B pairs, padded to I source and J target words. Padding has the number one past the vocabulary.

    rows (B,) are positions in the corpus; source (B, I), target (B, J), lengths (B,).
    """

    rows: Longs
    source: Ints
    target: Ints
    source_lengths: Longs
    target_lengths: Longs

    @property
    def shape(self) -> tuple[int, int, int]:
        """(B, J, I), the shape of the cells."""
        return len(self.rows), self.target.shape[1], self.source.shape[1]


def batch_rows(corpus: NumberedPairs, limit: int = 400_000, waste: int = 15_000) -> list[Longs]:
    """Cut the pairs that have words on both sides into batches of similar shape.

    Args:
        corpus: what to cut.
        limit: cells (source x target words, padding included) a batch may have, unless one pair has more.
        waste: cells of padding a batch may have; many small batches cost more than some padding.
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


def make_batch(corpus: NumberedPairs, rows: Longs) -> PaddedPairs:
    """The padded matrices of pairs `rows`."""
    widths, heights = corpus.source.lengths_of(rows), corpus.target.lengths_of(rows)
    source = corpus.source.padded(rows, int(widths.max()))
    target = corpus.target.padded(rows, int(heights.max()))
    return PaddedPairs(rows, source, target, widths, heights)
