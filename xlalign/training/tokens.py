"""Texts as one tokenizer sees them: flat arrays of token ids, and the word that each token belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlalign.arrays import Ints, borders, ranges
from xlalign.hashing import Hashes, key, text_hashes

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Codes = NDArray[np.int32]

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


def encode(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, words: Sequence[Sequence[str]] | None = None
) -> tuple[Codes, Ints, Codes]:
    """Ids (N,) of all texts, tokens (n,) of each, and the word (N,) of each token (empty without `words`)."""
    backend: Any = tokenizer._tokenizer
    backend.no_truncation()
    backend.no_padding()
    # Without words nobody asks for character offsets, and the tokenizer need not follow them.
    run = backend.encode_batch_fast if words is None else backend.encode_batch
    codes = run(list(texts), add_special_tokens=False)
    rows = [code.ids for code in codes]
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    ids = np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum()))
    if words is None:
        return ids, lengths, np.empty(0, np.int32)
    flat = chain.from_iterable(chain.from_iterable(code.offsets for code in codes))
    spans = np.fromiter(flat, np.int64, 2 * len(ids)).reshape(-1, 2)
    return ids, lengths, token_words(texts, words, spans, lengths)


def token_words(texts: Sequence[str], words: Sequence[Sequence[str]], spans: Ints, lengths: Ints) -> Codes:
    """The word of each token by its characters in the whole sentence, -1 for a token in none.

    Args:
        texts: n texts.
        words: the words of each, which occur in it in this order (others are passed over).
        spans: (N, 2) first character and end of each token in its text, all texts one after another.
        lengths: (n,) tokens of each text.

    "It's so." with the words It ' s so . has characters of words 0 0 1 2 - 3 3 4, and all texts are laid end to end
    with one character between them that belongs to no word. A token [3, 6) ("s s") shares one character with word 2
    and one with word 3: the first of the most is taken, 2. A token [4, 4) or [4, 5) is only the blank before a word (a
    lone ▁): it is read as one character longer and belongs to that word, 3.
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    first = borders(sizes)[:-1]
    symbols = code_points("".join(f"{text}\0" for text in texts))
    owner = character_words(texts, words, symbols, sizes)
    begin, end = (spans + np.repeat(first, lengths)[:, None]).T
    filled = np.append(0, np.cumsum(~BLANK[np.minimum(symbols, len(BLANK) - 1)]))
    end = end + (filled[end] == filled[begin])
    inside = np.flatnonzero(owner >= 0)
    left, right = np.searchsorted(inside, begin), np.searchsorted(inside, end)
    some = right > left
    found = np.full(len(spans), -1, np.int32)
    found[some] = owner[inside[left[some]]]
    # Words ascend, so a token whose first and last word are the same is in no other.
    several = np.flatnonzero(some)[found[some] != owner[inside[right[some] - 1]]]
    found[several] = _majority(owner, inside, left[several], right[several])
    return found


def _majority(owner: Codes, inside: Ints, left: Ints, right: Ints) -> Codes:
    """The word with most of the characters inside[left:right] of each token; the first of equals."""
    sizes = right - left
    token = np.repeat(np.arange(len(sizes)), sizes)
    pairs, count = np.unique(np.stack((token, owner[inside[ranges(left, sizes)]])), axis=1, return_counts=True)
    best = np.lexsort((pairs[1], -count, pairs[0]))
    return pairs[1][best[np.searchsorted(pairs[0], np.arange(len(sizes)))]].astype(np.int32)


def character_words(
    texts: Sequence[str], words: Sequence[Sequence[str]], symbols: NDArray[np.uint32], sizes: Ints
) -> Codes:
    """The word of every character of `symbols`, which are all texts and one more character after each.

    Where the words of a text, put together, are the text without its blanks, they are counted out; another text is
    searched for them word by word.
    """
    counts = np.fromiter(map(len, words), np.int64, len(words))
    letters = np.fromiter(map(len, chain.from_iterable(words)), np.int64, int(counts.sum()))
    text = np.repeat(np.arange(len(texts)), sizes)
    filled = ~BLANK[np.minimum(symbols, len(BLANK) - 1)]
    filled[borders(sizes)[1:] - 1] = False
    spelt = np.bincount(np.repeat(np.arange(len(words)), counts), letters, len(texts)).astype(np.int64)
    plain = np.bincount(text[filled], minlength=len(texts)) == spelt
    there, wanted = plain[text] & filled, np.repeat(plain, spelt)
    other = symbols[there] != code_points("".join(chain.from_iterable(words)))[wanted]
    plain[text[there][other]] = False
    owner = np.full(len(symbols), -1, np.int32)
    number = np.repeat(np.arange(int(counts.sum())) - np.repeat(borders(counts)[:-1], counts), letters)
    owner[plain[text] & filled] = number[np.repeat(plain, spelt)]
    first = borders(sizes)[:-1]
    for place in np.flatnonzero(~plain).tolist():
        owner[first[place] : first[place] + sizes[place]] = _search(texts[place], words[place])
    return owner


def _search(text: str, words: Sequence[str]) -> Codes:
    owner = np.full(len(text) + 1, -1, np.int32)
    at = 0
    for number, word in enumerate(words):
        found = text.find(word, at)
        if found >= 0:
            at = found + len(word)
            owner[found:at] = number
    return owner


def code_points(text: str) -> NDArray[np.uint32]:
    """(n,) the characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


BLANK = np.array([chr(code).isspace() for code in range(0x3002)])
"""Which characters are blank; none is above U+3000."""


def fingerprint(tokenizer: PreTrainedTokenizerBase) -> str:
    """What tells tokenizers apart at once: the size of the vocabulary, and how it cuts a few scripts."""
    ids = tokenizer("The Übermut of 3.14 ёжиков, नमस्ते दुनिया, 我爱语言, مرحبا!", add_special_tokens=False)["input_ids"]
    return f"{key(len(tokenizer), *ids):016x}"
