"""Code-switching: some words of a text replaced by dictionary translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlalign.training.dictionary import Entries
from xlalign.training.hashing import Hashes, mix, uniform
from xlalign.training.tokens import Tokens

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Switch:
    """Which words of which texts can be replaced, and by what.

    Attributes:
        places: (K,) position in `Tokens.ids` of the first token of each replaceable word, ascending.
        sizes: (K,) tokens of the word.
        choices: texts of the entries that translate each word, one word after another.
        borders: (K + 1,) where each word's choices begin.
    """

    places: Ints
    sizes: Ints
    choices: Ints
    borders: Ints

    @classmethod
    def of(cls, tokens: Tokens, words: Sequence[Sequence[str]], languages: Sequence[str], entries: Entries) -> Switch:
        """Look up every word of every text (`words` and `languages` are by text)."""
        lookup = entries.lookup()
        owner = np.repeat(np.arange(len(tokens)), tokens.lengths)
        begins = np.flatnonzero(
            (tokens.words >= 0)
            & ((np.append(-1, owner[:-1]) != owner) | (np.append(-2, tokens.words[:-1]) != tokens.words))
        )
        places, choices = [], []
        for place in begins.tolist():
            text = int(owner[place])
            found = lookup.get((languages[text], words[text][tokens.words[place]].casefold()))
            if found:
                places.append(place)
                choices.append(found)
        at = np.array(places, np.int64)
        ends = np.append(begins[1:], len(tokens.ids))[np.searchsorted(begins, at)]
        sizes = np.minimum(ends, tokens.borders[owner[at] + 1]) - at
        borders = np.concatenate(([0], np.cumsum([len(c) for c in choices]))).astype(np.int64)
        return cls(at, sizes, np.array([c for own in choices for c in own], np.int64), borders)

    def apply(
        self, tokens: Tokens, entries: Entries, texts: Ints, draw: Hashes, rate: float
    ) -> tuple[Tokens, Ints, Ints]:
        """Replace words of some texts.

        Args:
            tokens: all texts.
            entries: the dictionary.
            texts: (B,) texts wanted.
            draw: (B,) hash that decides.
            rate: probability that a replaceable word is replaced.

        Returns:
            The B new texts; the positions in their `ids` where a replacement begins; the first token of what stood
            there.
        """
        lengths = tokens.lengths[texts]
        owner = np.repeat(np.arange(len(texts)), lengths)
        origin = np.repeat(tokens.borders[texts] - (np.cumsum(lengths) - lengths), lengths) + np.arange(
            int(lengths.sum())
        )
        number = np.searchsorted(self.places, origin)
        known = (number < len(self.places)) & (self.places[np.minimum(number, len(self.places) - 1)] == origin)
        hashes = mix(draw[owner], origin - tokens.borders[texts][owner])
        at = np.flatnonzero(known & (uniform(hashes) < rate))
        word = number[at]
        count = self.borders[word + 1] - self.borders[word]
        chosen = self.choices[self.borders[word] + (uniform(mix(hashes[at], 1)) * count).astype(np.int64)]
        widths = np.ones(len(origin), np.int64)
        for k in range(int(self.sizes[word].max(initial=1))):
            inside = self.sizes[word] > k
            widths[at[inside] + k] = 0
        widths[at] = entries.tokens.lengths[chosen]
        ids = np.repeat(tokens.ids[origin], widths)
        starts = (np.cumsum(widths) - widths)[at]
        sizes = widths[at]
        inner = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        ids[np.repeat(starts, sizes) + inner] = entries.tokens.ids[
            np.repeat(entries.tokens.borders[chosen], sizes) + inner
        ]
        borders = np.concatenate(([0], np.cumsum(np.bincount(owner, widths, len(texts))))).astype(np.int64)
        empty = np.empty(0, np.int32)
        return Tokens(ids, borders, empty, tokens.hashes[texts]), starts, tokens.ids[origin[at]].astype(np.int64)
