"""A sentence and its translation as a source has them, with the word links that may come with it."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from xlalign.types import Link

LanguagePair = tuple[str, str]
"""Source and target language."""


class PairGold(NamedTuple):
    """Gold word links that come with a pair; `possible` includes `sure`."""

    source_words: list[str]
    target_words: list[str]
    sure: tuple[Link, ...]
    possible: tuple[Link, ...]

    def on(self, source_words: list[str], target_words: list[str]) -> PairGold:
        """The same links on other words of the same characters: a link of a word becomes one of all its parts."""
        if (source_words, target_words) == (self.source_words, self.target_words):
            return self
        left, right = _parts(self.source_words, source_words), _parts(self.target_words, target_words)
        sure, possible = (
            tuple(sorted({(k, m) for i, j in links for k in left[i] for m in right[j]}))
            for links in (self.sure, self.possible)
        )
        return PairGold(source_words, target_words, sure, possible)


def _parts(words: list[str], others: list[str]) -> list[list[int]]:
    """For each word the positions in `others` that share a character with it."""
    if "".join(words) != "".join(others):
        raise ValueError(f"not the same characters: {words} and {others}")
    owner = [position for position, other in enumerate(others) for _ in other]
    ends = list(accumulate(map(len, words)))
    return [sorted(set(owner[end - len(word) : end])) for word, end in zip(words, ends, strict=True)]


class RawPair(NamedTuple):
    """One sentence and its translation, as the source has them, and the line (from 1) it stands on."""

    line: int
    source: str
    target: str
    gold: PairGold | None = None
