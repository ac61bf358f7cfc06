"""Sentences as one tokenizer sees them, and the word that each token belongs to, by its characters in the sentence.

Words are never tokenised alone: in every BPE without a dummy prefix (Gemma, Llama, Qwen) "dog" alone is another piece
than " dog" in a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.arrays import Ints, borders, ranges

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Codes = NDArray[np.int32]


class Frame(NamedTuple):
    """The special tokens that a tokenizer puts before and after a sentence."""

    prefix: list[int]
    suffix: list[int]

    @property
    def size(self) -> int:
        """Tokens of both."""
        return len(self.prefix) + len(self.suffix)


def frame_of(tokenizer: Any) -> Frame:
    """Read off an encoded sentence: decoders name only bos and eos, and what they put there is no class token."""
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    framed = tokenizer("a")["input_ids"]
    start = next(at for at in range(len(framed)) if framed[at : at + len(plain)] == plain)
    return Frame(framed[:start], framed[start + len(plain) :])


def encode_words(sentences: Sequence[Sequence[str]], tokenizer: PreTrainedTokenizerBase) -> tuple[Codes, Ints, Codes]:
    """Sentences of words, put together with blanks and tokenised whole.

    Returns:
        Ids (N,) of all sentences, tokens (n,) of each, and the word (N,) of each token counted in its sentence; words
        ascend. A token in no word (a blank before a blank) counts to the word before it, at the beginning to the first.
    """
    ids, lengths, owner = encode([" ".join(words) for words in sentences], tokenizer, sentences)
    far = int(owner.max(initial=0)) + 1
    sentence = np.repeat(np.arange(len(lengths)), lengths) * far
    return ids, lengths, (np.maximum.accumulate(np.maximum(owner, 0) + sentence) - sentence).astype(np.int32)


def word_pieces(sentences: Sequence[Sequence[str]], tokenizer: PreTrainedTokenizerBase) -> list[list[list[int]]]:
    """The token ids of each word of each sentence; a word that the tokenizer drops (a lone U+200B) has none."""
    ids, lengths, owner = encode_words(sentences, tokenizer)
    pieces: list[list[list[int]]] = [[[] for _ in words] for words in sentences]
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    for own, word, token in zip(sentence.tolist(), owner.tolist(), ids.tolist(), strict=True):
        pieces[own][word].append(token)
    return pieces


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
