"""Word links as arrays: made block by block from an alignments artifact, and drawn from for a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment import files
from xlalign.arrays import Ints, borders, owners, ranges
from xlalign.errors import DataError
from xlalign.modeling.words import Codes
from xlalign.training.arrays import MappedArrays

CHUNK = 65_536
"""Pairs that are looked through at a time."""


class LinkReader:
    """The rows of an alignments artifact by pair id, for pairs that come in (nearly) its order.

    Rows wait in memory from when they are read until they are asked for, so in the usual order few do.

    Raises:
        DataError: the artifact holds no links.
    """

    def __init__(self, alignments: Path) -> None:
        self._alignments, self._rows = alignments, files.read_links(alignments)
        self._waiting: dict[str, files.AlignedRow] = {}
        self._times = Counter(name for path in files.link_files(alignments) for name, _ in files.read_words(path))
        if not self._times:
            raise DataError(f"{alignments}: no word links here", "run `xlalign align-words`")

    def get(self, name: str) -> files.AlignedRow | None:
        """The row of a pair; None where it was not aligned.

        Raises:
            DataError: the pair was aligned once, and is asked for again.
        """
        if name not in self._times:
            return None
        while name not in self._waiting:
            row = next(self._rows, None)
            if row is None:
                raise DataError(f"{self._alignments}: one row for the pair {name}, which the bitext has twice")
            self._waiting[row.id] = row
        return self._waiting[name] if self._times[name] > 1 else self._waiting.pop(name)


@dataclass
class Linked:
    """What the links of one bitext come to, while they are read.

    Attributes:
        reader: where they are read.
        types: (language, lower-cased word with a letter or digit) -> number, by first occurrence.
        counts: how often each occurs.
        found: links so far.
    """

    reader: LinkReader
    types: dict[tuple[int, str], int] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)
    found: int = 0


class LinkArrays(NamedTuple):
    """Links (K, 2) of a block of pairs, links (n,) of each pair, first token and word type of both words (K, 2)."""

    links: Codes
    counts: Ints
    first: Codes
    types: Codes


def link_arrays(
    rows: Sequence[files.AlignedRow | None],
    words: Sequence[Sequence[str]],
    languages: NDArray[np.int16],
    linked: Linked,
    texts: Ints,
    owner: Codes,
) -> LinkArrays:
    """The links of a block of n pairs of which both words have tokens.

    Args:
        rows: the aligned pair, None where there is none.
        words, languages: of the 2n texts.
        linked: receives the words' types and counts.
        texts, owner: (N,) text and word of each token.
    """
    links = [row.alignment.links if row else () for row in rows]
    counts = np.fromiter(map(len, links), np.int64, len(links))
    flat = np.array([link for own in links for link in own], np.int64).reshape(-1, 2)
    # A link of pair p joins a word of text 2p to one of 2p + 1; its words stand from the borders of these texts on.
    text = 2 * owners(counts)[:, None] + np.array([0, 1])
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    place = borders(sizes)[:-1][text] + flat
    first, types = first_tokens(sizes, texts, owner)[place], _types(words, languages, linked)[place]
    kept = (first >= 0).all(1)
    linked.found += int(kept.sum())
    own = np.bincount(owners(counts)[kept], minlength=len(rows))
    return LinkArrays(flat[kept].astype(np.int32), own, first[kept], types[kept])


def first_tokens(sizes: Ints, texts: Ints, owner: Codes) -> Codes:
    """The first token, counted in its text, of every word of all texts; -1 where it has none.

    Args:
        sizes: (n,) words of each text.
        texts, owner: (N,) text and word of each token.

    Two texts of 2 and 1 words with the tokens 0 0 1 | - 0 give 0 2 1.
    """
    start = borders(sizes)[:-1]
    found = np.full(int(sizes.sum()), -1, np.int32)
    inside = np.arange(len(texts)) - np.searchsorted(texts, np.arange(len(sizes)))[texts]
    # The last of several writes stays, so the tokens are written from the end.
    own = np.flatnonzero(owner >= 0)[::-1]
    found[start[texts[own]] + owner[own]] = inside[own]
    return found


def _types(words: Sequence[Sequence[str]], languages: NDArray[np.int16], linked: Linked) -> Codes:
    """The type of every word of all texts, -1 for one without letter or digit; they are counted."""
    found: list[int] = []
    for text, language in zip(words, languages.tolist(), strict=True):
        spelt = ((language, word.lower()) if any(map(str.isalnum, word)) else None for word in text)
        found += [-1 if word is None else linked.types.setdefault(word, len(linked.types)) for word in spelt]
    numbers = np.array(found, np.int32)
    linked.counts.update(
        dict(zip(*(a.tolist() for a in np.unique(numbers[numbers >= 0], return_counts=True)), strict=True))
    )
    return numbers


def ranks_by_frequency(folder: Path, linked: Linked) -> None:
    """Replace the types in `link_ranks` by how many words of the language are more frequent (or earlier, on ties)."""
    rank = np.full(len(linked.types) + 1, -1, np.int32)
    seen: Counter[int] = Counter()
    languages = {number: language for (language, _), number in linked.types.items()}
    for number in sorted(range(len(linked.types)), key=lambda n: (-linked.counts[n], n)):
        rank[number] = seen[languages[number]]
        seen[languages[number]] += 1
    array = np.load(folder / "link_ranks.npy", mmap_mode="r+")
    for start in range(0, len(array), CHUNK):
        array[start : start + CHUNK] = rank[array[start : start + CHUNK]]
    if len(array):
        array.flush()


@dataclass(frozen=True)
class WordLinks:
    """Links of n pairs, sorted by pair, and which of them may stand for their pair.

    Attributes:
        words: (K, 2) source and target word of each link.
        borders: (n + 1,) where each pair's links begin.
        first: (K, 2) first token of each word in its text.
        ranks: (K, 2) rank of each word by frequency in its language; -1 without a letter or digit.
        longest: tokens that are used of a text: words beyond have no links.
        skip_frequent: words of a lower rank never stand for their pair.
    """

    words: Codes
    borders: Ints
    first: Codes
    ranks: Codes
    longest: int
    skip_frequent: int

    @classmethod
    def of(cls, arrays: MappedArrays, longest: int, skip_frequent: int) -> WordLinks:
        """The links of a tokens artifact."""
        first, ranks = arrays["link_first"], arrays["link_ranks"]
        return cls(arrays["links"], arrays["link_borders"], first, ranks, longest, skip_frequent)

    def of_pairs(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Numbers (K,) of all links of the given pairs (B,), and which of those pairs 0..B-1 each belongs to."""
        counts = self.borders[pairs + 1] - self.borders[pairs]
        numbers, owner = ranges(self.borders[pairs], counts), owners(counts)
        kept = (self.first[numbers] < self.longest).all(1)
        return numbers[kept], owner[kept]

    def representatives(self, pairs: Ints) -> tuple[Ints, Ints]:
        """As `of_pairs`, of the links that may stand for their pair: one-to-one, words with a letter or digit, none
        of the most frequent.
        """
        numbers, owner = self.of_pairs(pairs)
        fit = (self.ranks[numbers] >= max(0, self.skip_frequent)).all(1)
        fit &= one_to_one(owner, self.words[numbers])
        return numbers[fit], owner[fit]

    def draw(self, pairs: Ints, uniform: NDArray[np.float64]) -> Ints:
        """The words (B, 2) of one such link of each pair (B,), picked by numbers in [0, 1)."""
        numbers, owner = self.representatives(pairs)
        counts = np.bincount(owner, minlength=len(pairs))
        # Pairs with 2 and 3 links begin at 0 and 2; 0.5 and 0.9 take number 1 of two and 2 of three: links 1 and 4.
        chosen = borders(counts)[:-1] + (uniform * counts).astype(np.int64)
        return self.words[numbers[chosen]].astype(np.int64)

    def eligible(self, pairs: Codes) -> Codes:
        """Those of the given pairs that have such a link."""
        parts = np.split(pairs, range(CHUNK, len(pairs), CHUNK))
        return np.concatenate([part[np.unique(self.representatives(part.astype(np.int64))[1])] for part in parts])


def one_to_one(pairs: Ints, words: Codes) -> NDArray[np.bool_]:
    """(K,) whether neither word of a link (K, 2) has another link in its pair (K,).

    In one pair the links 0-0, 1-1, 1-2, 3-2: only 0-0 is one-to-one.
    """
    fit = np.ones(len(pairs), bool)
    for side in (0, 1):
        width = 1 + int(words[:, side].max(initial=0))
        # Links 0-0 and 1-1 of pair 3 in a block whose widest word is 4: keys 3 * 5 + 0 and 3 * 5 + 1, unlike those of
        # any other pair. A key that comes once is a word with one link.
        _, place, times = np.unique(pairs * width + words[:, side], return_inverse=True, return_counts=True)
        fit &= times[place] == 1
    return fit
