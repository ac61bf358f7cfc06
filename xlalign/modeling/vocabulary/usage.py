"""What a tokenizer does to text: how often each piece is used, and how finely each language is split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xlalign.modeling.vocabulary.table import PieceTable

Ints = NDArray[np.int64]
Text = tuple[str, str]
"""A language and a sentence in it."""

BLOCK = 4096
"""Sentences that are tokenised at a time."""

SAMPLE = 10_000
"""Sentences of each language that two tokenizers are compared on."""


@dataclass
class Usage:
    """What became of the text of one language.

    Attributes:
        counts: (V,) how often each piece was used.
        sentences: their number.
        words: number of words, that is what white space separates.
        characters: number of characters that are no white space.
    """

    counts: Ints
    sentences: int = 0
    words: int = 0
    characters: int = 0

    @classmethod
    def of(cls, table: PieceTable) -> Usage:
        """No text yet."""
        return cls(np.zeros(table.size, np.int64))

    def add(self, sentences: Sequence[str], ids: Sequence[Ints]) -> None:
        """Count more sentences, given the ids of each."""
        self.counts += np.bincount(np.concatenate(ids), minlength=len(self.counts))
        self.sentences += len(sentences)
        for sentence in sentences:
            words = sentence.split()
            self.words += len(words)
            self.characters += sum(map(len, words))

    def fertility(self) -> float:
        """Pieces for each word (Rust et al. 2021, "How good is your tokenizer?"); meaningless without spaces."""
        return float(self.counts.sum()) / max(self.words, 1)

    def compression(self) -> float:
        """Characters for each piece, which compares scripts without spaces too."""
        return self.characters / max(int(self.counts.sum()), 1)

    def unknown(self, number: int | None) -> float:
        """Share of the pieces that stand for unknown text."""
        return 0.0 if number is None else float(self.counts[number]) / max(int(self.counts.sum()), 1)

    def summary(self, unknown: int | None) -> dict[str, float]:
        """The three numbers, rounded for a report."""
        return {
            "pieces_per_word": round(self.fertility(), 4),
            "characters_per_piece": round(self.compression(), 4),
            "unknown": round(self.unknown(unknown), 6),
        }


@dataclass
class Comparison:
    """What two tokenizers do to the same sentences, and how many they cut differently."""

    before: Usage
    after: Usage
    changed: int = 0


def count(table: PieceTable, texts: Iterable[Text]) -> dict[str, Usage]:
    """How often each piece is used, by language; special tokens of the frame are not counted."""
    backend = table.backend()
    found: dict[str, Usage] = {}
    for language, sentences in _blocks(texts):
        found.setdefault(language, Usage.of(table)).add(sentences, segmented(backend, sentences))
    return found


def compare(before: PieceTable, after: PieceTable, back: Ints, texts: Iterable[Text]) -> dict[str, Comparison]:
    """What two tokenizers do to the first sentences of each language.

    Args:
        before, after: two tokenizers.
        back: (V of `after`,) the id that each piece has in `before`; -1 where it is new.
        texts: what is cut, `SAMPLE` sentences of each language.
    """
    old, new = before.backend(), after.backend()
    found: dict[str, Comparison] = {}
    for language, sentences in _blocks(_sample(texts)):
        was, now = segmented(old, sentences), segmented(new, sentences)
        comparison = found.setdefault(language, Comparison(Usage.of(before), Usage.of(after)))
        comparison.before.add(sentences, was)
        comparison.after.add(sentences, now)
        comparison.changed += sum(not np.array_equal(a, back[b]) for a, b in zip(was, now, strict=True))
    return found


def _sample(texts: Iterable[Text]) -> Iterator[Text]:
    seen: Counter[str] = Counter()
    for text in texts:
        seen[text[0]] += 1
        if seen[text[0]] <= SAMPLE:
            yield text


def segmented(backend: Any, sentences: list[str]) -> list[Ints]:
    """The ids of each sentence, without special tokens around it."""
    encodings = backend.encode_batch_fast(sentences, add_special_tokens=False)
    return [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]


def total(usage: Mapping[str, Usage]) -> Ints:
    """(V,) how often each piece is used in all languages."""
    return np.sum([one.counts for one in usage.values()], axis=0, dtype=np.int64)


def _blocks(texts: Iterable[Text]) -> Iterator[tuple[str, list[str]]]:
    """Sentences of one language, a few thousand at a time."""
    rest = iter(texts)
    while block := list(islice(rest, BLOCK)):
        for language in dict.fromkeys(language for language, _ in block):
            yield language, [sentence for other, sentence in block if other == language]
