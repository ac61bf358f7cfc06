"""Texts as one tokenizer sees them: flat arrays of token ids, and the word that each token belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlalign.arrays import Ints, borders, ranges
from xlalign.hashing import Hashes, key, text_hashes
from xlalign.modeling.words import Codes, encode

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


META, VOCABULARY = "tokens.json", "vocabulary.json"
"""Files beside the arrays of a tokens artifact."""


@dataclass(frozen=True)
class Tokens:
    """Texts as token ids, without special tokens; the arrays may be memory maps.

    Attributes:
        ids: (N,) int32, all texts one after another.
        borders: (n + 1,) where each text begins.
        words: (N,) int32 word of each token counted in its text, -1 where none; empty when not asked for.
        hashes: (n,) content hash of each text.
        longest: tokens that are used of a text; what is beyond is never seen.
    """

    ids: Codes
    borders: Ints
    words: Codes
    hashes: Hashes
    longest: int = 2**31

    def __len__(self) -> int:
        return len(self.borders) - 1

    def lengths(self, texts: Ints) -> Ints:
        """(B,) tokens of some texts."""
        return np.minimum(self.borders[texts + 1] - self.borders[texts], self.longest)

    def places(self, texts: Ints) -> Ints:
        """Places in `ids` of the tokens of some texts, one text after another."""
        return ranges(self.borders[texts], self.lengths(texts))

    def select(self, texts: Ints) -> Tokens:
        """Some of the texts, in the given order, in memory."""
        where = self.places(texts)
        words = self.words[where] if len(self.words) else self.words
        return Tokens(self.ids[where], borders(self.lengths(texts)), words, self.hashes[texts])


def tokenise(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, words: Sequence[Sequence[str]] | None = None
) -> Tokens:
    """Tokenise texts in memory.

    Args:
        texts: the texts.
        tokenizer: a fast tokenizer.
        words: the words of each text in order; each token is given the word it shares most characters with.
    """
    ids, lengths, owners = encode(texts, tokenizer, words)
    return Tokens(ids, borders(lengths), owners, text_hashes(texts))


def fingerprint(tokenizer: PreTrainedTokenizerBase) -> str:
    """What tells tokenizers apart at once: the size of the vocabulary, and how it cuts a few scripts."""
    ids = tokenizer("The Übermut of 3.14 ёжиков, नमस्ते दुनिया, 我爱语言, مرحبا!", add_special_tokens=False)["input_ids"]
    return f"{key(len(tokenizer), *ids):016x}"
