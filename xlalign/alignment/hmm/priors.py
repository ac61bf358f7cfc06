"""What is known about a word pair before counting: alike spelling, prefixes seen elsewhere, a given lexicon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from xlalign.alignment.hmm.forward_backward import Doubles
from xlalign.alignment.hmm.maximise import Prior
from xlalign.alignment.hmm.numbering import Ints, NumberedPairs, Vocabulary
from xlalign.alignment.hmm.romanise import plain
from xlalign.alignment.hmm.similarity import dice
from xlalign.alignment.hmm.table import PairTable, pair_keys

MakePrior = Callable[[PairTable], Prior]
RARE = 0.5
"""Added to the total of a prefix, so that one seen once is trusted less."""


def similarity(weight: float, source: Sequence[str], target: Sequence[str]) -> MakePrior:
    """`weight` times the squared bigram similarity of the two words."""
    spelt = [plain(word) for word in source], [plain(word) for word in target]

    def make(table: PairTable) -> Prior:
        value = (weight * dice(table, *spelt) ** 2).astype(np.float32)
        return Prior(value, value)

    return make


class Prefixes:
    """A corpus whose words are cut to their first characters, and the way back to whole words."""

    def __init__(self, corpus: NumberedPairs, source: Sequence[str], target: Sequence[str], length: int) -> None:
        self.words = corpus
        self.vocabularies = Vocabulary(), Vocabulary()
        self.numbers = tuple(
            np.array([vocabulary[plain(word)[:length]] for word in side], dtype=np.int32)
            for vocabulary, side in zip(self.vocabularies, (source, target), strict=True)
        )
        sides = (
            side.mapped(numbers, len(vocabulary.words))
            for side, numbers, vocabulary in zip(corpus, self.numbers, self.vocabularies, strict=True)
        )
        self.corpus = NumberedPairs(*sides)

    def prior(self, weight: float, table: PairTable, joint: Doubles) -> MakePrior:
        """Pseudo-counts `weight` p(f' | e') p(f | f'), for prefixes e', f' of e, f.

        Args:
            weight: pseudo-counts per word.
            table: prefix pairs.
            joint: expected counts of the prefix pairs, shape (entries,).
        """
        forward = joint / (np.bincount(table.source, joint, table.source_size) + RARE)[table.source]
        reverse = joint / (np.bincount(table.target, joint, table.target_size) + RARE)[table.target]
        share = [self._share(side) for side in (0, 1)]

        def make(words: PairTable) -> Prior:
            keys = pair_keys(self.numbers[0][words.source], self.numbers[1][words.target], table.target_size)
            entry = table.find(keys)
            return Prior(
                (weight * np.append(forward, 0.0)[entry] * share[1][words.target]).astype(np.float32),
                (weight * np.append(reverse, 0.0)[entry] * share[0][words.source]).astype(np.float32),
            )

        return make

    def _share(self, side: int) -> Doubles:
        """p(word | its prefix), shape (words,)."""
        counts, numbers = self.words[side].counts, self.numbers[side]
        return counts / np.maximum(np.bincount(numbers, counts), 1)[numbers]


def lexicon(
    weight: float, rows: Mapping[tuple[str, str], tuple[float, float]], source: Vocabulary, target: Vocabulary
) -> MakePrior:
    """Pseudo-counts `weight` p(t | s) and `weight` p(s | t) from (source, target) -> both probabilities."""
    known = [
        (source[pair[0]], target[pair[1]], *values)
        for pair, values in rows.items()
        if pair[0] in source and pair[1] in target
    ]

    def make(table: PairTable) -> Prior:
        prior = Prior(np.zeros(table.size + 1, np.float32), np.zeros(table.size + 1, np.float32))
        if known:
            columns = [np.array(column) for column in zip(*known, strict=True)]
            sides: list[Ints] = [column.astype(np.int32) for column in columns[:2]]
            entry = table.find(pair_keys(sides[0], sides[1], table.target_size))
            prior.forward[entry], prior.reverse[entry] = weight * columns[2], weight * columns[3]
        return Prior(prior.forward[:-1], prior.reverse[:-1])

    return make
