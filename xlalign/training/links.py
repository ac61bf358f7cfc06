"""Word links as arrays, and which of them may stand for a pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment import files
from xlalign.errors import DataError
from xlalign.training.tokens import Tokens

Ints = NDArray[np.int64]
Row = tuple[list[str], list[str], list[list[int]]]
"""Source words, target words, links of one pair."""


def read_links(alignments: Path) -> dict[str, Row]:
    """The words and links of every pair of an alignments artifact, by pair id.

    Raises:
        DataError: it holds none.
    """
    found = {
        row.id: (row.pair[0], row.pair[1], [list(link) for link in row.alignment.links])
        for row in files.read_links(alignments)
    }
    if not found:
        raise DataError(f"{alignments}: no word links here", "run `xlalign align-words`")
    return found


@dataclass(frozen=True)
class WordLinks:
    """Links of n pairs, sorted by pair.

    Attributes:
        words: (K, 2) source and target word of each link; both have tokens.
        borders: (n + 1,) where each pair's links begin.
        chosen: (K',) numbers of the links that may be drawn to stand for their pair: one-to-one, words with a
            letter or digit, none of the most frequent.
        chosen_borders: (n + 1,) where each pair's begin in `chosen`.
    """

    words: Ints
    borders: Ints
    chosen: Ints
    chosen_borders: Ints

    @classmethod
    def of(cls, rows: Sequence[Row], tokens: Tokens, languages: Ints, skip_frequent: int) -> WordLinks:
        """Links of the given pairs, `tokens` and `languages` being of their 2n texts."""
        pairs = np.repeat(np.arange(len(rows)), [len(row[2]) for row in rows])
        words = np.array([link for row in rows for link in row[2]], np.int64).reshape(-1, 2)
        usable = [_has_tokens(tokens, 2 * pairs + side, words[:, side]) for side in (0, 1)]
        keep = usable[0] & usable[1]
        pairs, words = pairs[keep], words[keep]
        fit = _one_to_one(pairs, words)
        content = _content_words([side for row in rows for side in row[:2]], languages, skip_frequent)
        for side in (0, 1):
            fit &= np.array([content[2 * p + side][w] for p, w in zip(pairs, words[:, side], strict=True)], bool)
        chosen = np.flatnonzero(fit)
        return cls(words, _borders(pairs, len(rows)), chosen, _borders(pairs[chosen], len(rows)))

    def draw(self, pairs: Ints, uniform: NDArray[np.float64]) -> Ints:
        """One eligible link (B, 2) of each pair (B,), picked by numbers in [0, 1)."""
        first, last = self.chosen_borders[pairs], self.chosen_borders[pairs + 1]
        return self.words[self.chosen[first + (uniform * (last - first)).astype(np.int64)]]

    def of_pairs(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Numbers (K,) of all links of the given pairs (B,), and which of those pairs 0..B-1 each belongs to."""
        first, count = self.borders[pairs], self.borders[pairs + 1] - self.borders[pairs]
        owner = np.repeat(np.arange(len(pairs)), count)
        return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(owner)), owner

    def eligible(self) -> Ints:
        """The pairs that have a link to draw."""
        return np.flatnonzero(np.diff(self.chosen_borders))


def _borders(sorted_pairs: Ints, count: int) -> Ints:
    return np.searchsorted(sorted_pairs, np.arange(count + 1))


def _has_tokens(tokens: Tokens, texts: Ints, words: Ints) -> NDArray[np.bool_]:
    width = 1 + max(int(tokens.words.max(initial=0)), int(words.max(initial=0)))
    owner = np.repeat(np.arange(len(tokens)), tokens.lengths)
    present = (owner * width + tokens.words)[tokens.words >= 0]
    return np.isin(texts * width + words, present)


def _one_to_one(pairs: Ints, words: Ints) -> NDArray[np.bool_]:
    fit = np.ones(len(pairs), bool)
    for side in (0, 1):
        width = 1 + int(words[:, side].max(initial=0))
        _, place, times = np.unique(pairs * width + words[:, side], return_inverse=True, return_counts=True)
        fit &= times[place] == 1
    return fit


def _content_words(texts: Sequence[list[str]], languages: Ints, skip_frequent: int) -> list[list[bool]]:
    """For each word of each text whether it may stand for its sentence."""
    skipped: dict[int, set[str]] = {}
    for language in np.unique(languages):
        own: Counter[str] = Counter()
        for at in np.flatnonzero(languages == language).tolist():
            own.update(word.lower() for word in texts[at] if any(map(str.isalnum, word)))
        skipped[int(language)] = {word for word, _ in own.most_common(skip_frequent)}
    return [
        [any(map(str.isalnum, w)) and w.lower() not in skipped[language] for w in words]
        for words, language in zip(texts, languages.tolist(), strict=True)
    ]
