"""Code-switching: some words of a text replaced by dictionary translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlalign.arrays import Ints, borders, owners, ranges
from xlalign.hashing import Hashes, mix, uniform
from xlalign.modeling.words import Codes
from xlalign.training.dictionary import Entries
from xlalign.training.tokens import Tokens


@dataclass(frozen=True)
class Switch:
    """By what each word of a vocabulary can be replaced.

    Attributes:
        entries: the dictionary.
        choices: texts of `entries` that translate each word, one word after another.
        borders: (V + 1,) where each word's choices begin.
    """

    entries: Entries
    choices: Ints
    borders: Ints

    @classmethod
    def of(cls, vocabulary: Sequence[tuple[str, str]], entries: Entries) -> Switch:
        """Look up every (language, case-folded word)."""
        lookup = entries.lookup()
        found = [lookup.get(word, ()) for word in vocabulary]
        flat = np.array([choice for own in found for choice in own], np.int64)
        return cls(entries, flat, borders(np.fromiter(map(len, found), np.int64, len(found))))

    def apply(self, tokens: Tokens, types: Codes, texts: Ints, draw: Hashes, rate: float) -> tuple[Tokens, Ints, Ints]:
        """Replace words of some texts.

        Args:
            tokens: all texts.
            types: for the first token of each word its number in the vocabulary, -1 for other tokens.
            texts: (B,) texts wanted.
            draw: (B,) hash that decides.
            rate: probability that a replaceable word is replaced.

        Returns:
            The B new texts, whose `words` number the replacements and are -1 elsewhere; the positions in their `ids`
            where a replacement begins; the first token of what stood there.

        A text of the tokens a b1 b2 c, whose word b is replaced by X Y:

            token        a  b1 b2 c
            width        1  2  0  1      the first token of the word makes room for all of the new one
            repeated     a  b1 b1 c      each token as often as its width says
            written      a  X  Y  c      over the room, which begins at 1 = the sum of the widths before b1
            returned     begin 1, label b1, words - 0 0 -
        """
        lengths = tokens.lengths(texts)
        owner, origin = owners(lengths), tokens.places(texts)
        at, word, hashes = self._chosen(types[origin], mix(draw[owner], origin - tokens.borders[texts][owner]), rate)
        count = self.borders[word + 1] - self.borders[word]
        choice = self.choices[self.borders[word] + (uniform(mix(hashes, 1)) * count).astype(np.int64)]
        new = self.entries.tokens
        sizes = new.lengths(choice)
        widths = np.ones(len(origin), np.int64)
        # First nothing for all tokens of the word, then everything for its first.
        widths[ranges(at, _word_ends(types[origin], owner, lengths)[at] - at)] = 0
        widths[at] = sizes
        ids = np.repeat(tokens.ids[origin], widths)
        begin = (np.cumsum(widths) - widths)[at]
        put = ranges(begin, sizes)
        ids[put] = new.ids[new.places(choice)]
        words = np.full(len(ids), -1, np.int32)
        words[put] = owners(sizes)
        # Widths 1 2 | 0 of texts 0 0 1 add up to 3 and 0 tokens.
        edges = borders(np.bincount(owner, widths, len(texts)).astype(np.int64))
        labels = tokens.ids[origin[at]].astype(np.int64)
        return Tokens(ids, edges, words, tokens.hashes[texts]), begin, labels

    def _chosen(self, types: Codes, hashes: Hashes, rate: float) -> tuple[Ints, Codes, Hashes]:
        """Which tokens (K,) begin a word that is replaced, the words, and their hashes."""
        known = (types >= 0) & (self.borders[types + 1] > self.borders[types])
        at = np.flatnonzero(known & (uniform(hashes) < rate))
        return at, types[at], hashes[at]


def _word_ends(types: Codes, owner: Ints, lengths: Ints) -> Ints:
    """(N,) for each token the end of its word: where the next word of the text begins, or the text ends.

    With words 0 0 - 1 (types 7 -1 -1 9) the word 0 ends at 3: a token of no word belongs to the word before it.
    """
    begins = np.flatnonzero(types >= 0)
    # Of each token the first beginning behind it; "right", so that a token which begins a word is not its own end.
    following = np.append(begins, len(types))[np.searchsorted(begins, np.arange(len(types)), side="right")]
    return np.minimum(following, borders(lengths)[1:][owner])
