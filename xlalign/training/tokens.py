"""Text, tokenised once: flat arrays of token ids with the word of each token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from xlalign import progress
from xlalign.training.hashing import Hashes, text_hashes

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BLOCK = 2000
"""Texts tokenised between two reports of progress."""


@dataclass(frozen=True)
class Tokens:
    """Texts as token ids, without special tokens.

    Attributes:
        ids: (N,) int32, all texts one after another.
        borders: (n + 1,) where each text begins.
        words: (N,) int32 word of each token counted in its text, -1 where none; empty when not asked for.
        hashes: (n,) content hash of each text.
    """

    ids: NDArray[np.int32]
    borders: NDArray[np.int64]
    words: NDArray[np.int32]
    hashes: Hashes

    def __len__(self) -> int:
        return len(self.borders) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) tokens of each text."""
        return np.diff(self.borders)

    def select(self, texts: NDArray[np.int64]) -> Tokens:
        """Some of the texts, in the given order."""
        lengths = self.lengths[texts]
        borders = np.concatenate(([0], np.cumsum(lengths)))
        where = np.repeat(self.borders[texts] - borders[:-1], lengths) + np.arange(borders[-1])
        words = self.words[where] if len(self.words) else self.words
        return Tokens(self.ids[where], borders, words, self.hashes[texts])

    def joined(self, others: Tokens) -> Tokens:
        """These texts followed by others."""
        borders = np.concatenate((self.borders, others.borders[1:] + self.borders[-1]))
        words = self.words
        if len(words):
            more = others.words if len(others.words) else np.full(len(others.ids), -1, np.int32)
            words = np.concatenate((words, more))
        return Tokens(
            np.concatenate((self.ids, others.ids)), borders, words, np.concatenate((self.hashes, others.hashes))
        )

    def save(self, path: Path) -> None:
        """Write a file that is there whole or not at all."""
        arrays = {name: np.ascontiguousarray(value) for name, value in vars(self).items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(arrays, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    @classmethod
    def load(cls, path: Path) -> Tokens:
        """What `save` wrote."""
        return cls(**load_file(path))

    def cut(self, longest: int) -> Tokens:
        """The texts with at most `longest` tokens each."""
        lengths = self.lengths
        if not (lengths > longest).any():
            return self
        within = np.arange(len(self.ids)) - np.repeat(self.borders[:-1], lengths)
        keep = within < longest
        borders = np.concatenate(([0], np.cumsum(np.minimum(lengths, longest))))
        return Tokens(self.ids[keep], borders, self.words[keep] if len(self.words) else self.words, self.hashes)


def tokenise(
    texts: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    words: Sequence[Sequence[str]] | None = None,
    store: Path | None = None,
) -> Tokens:
    """Tokenise all texts.

    Args:
        texts: the texts.
        tokenizer: a fast tokenizer.
        words: the words of each text in order; each token is given the word it shares most characters with.
        store: a file for the result of just these texts; read where it is there, so that a run that is taken up again
            need not tokenise again.
    """
    if store is not None and store.exists():
        return Tokens.load(store)
    tokens = _tokenised(texts, tokenizer, words)
    if store is not None:
        tokens.save(store)
    return tokens


def _tokenised(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, words: Sequence[Sequence[str]] | None
) -> Tokens:
    ids: list[NDArray[np.int32]] = []
    spans: list[NDArray[np.int32]] = []
    backend = tokenizer._tokenizer
    backend.no_truncation()
    backend.no_padding()
    with progress.task("tokenise", len(texts), "texts") as bar:
        for start in range(0, len(texts), BLOCK):
            block = list(texts[start : start + BLOCK])
            codes = backend.encode_batch(block, add_special_tokens=False)
            ids += [np.array(code.ids, np.int32) for code in codes]
            if words is not None:
                own = words[start : start + BLOCK]
                spans += [token_words(t, w, c.offsets) for t, w, c in zip(block, own, codes, strict=True)]
            bar.advance(len(block))
    borders = np.concatenate(([0], np.cumsum([len(row) for row in ids]))).astype(np.int64)
    return Tokens(_joined(ids), borders, _joined(spans), text_hashes(texts))


def token_words(text: str, words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> NDArray[np.int32]:
    """The word of each token, -1 for a token in none.

    Args:
        text: the text.
        words: its words, which occur in it in this order (others are passed over).
        offsets: (begin, end) characters of each token.
    """
    owner = np.full(len(text) + 1, -1, np.int32)
    at = 0
    for number, word in enumerate(words):
        found = text.find(word, at)
        if found >= 0:
            at = found + len(word)
            owner[found:at] = number
    # A piece that is only the blank before a word (a lone ▁) belongs to that word.
    spans = ((begin, end + 1) if not text[begin:end].strip() else (begin, end) for begin, end in offsets)
    return np.array([_majority(owner[begin:end]) for begin, end in spans], np.int32)


def _majority(owners: NDArray[np.int32]) -> int:
    real = owners[owners >= 0]
    if not len(real):
        return -1
    if real[0] == real[-1]:
        return int(real[0])
    return int(np.bincount(real).argmax())


def _joined(parts: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    return np.concatenate(parts) if parts else np.empty(0, np.int32)
