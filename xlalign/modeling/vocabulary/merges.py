"""Byte-pair merges: how a piece is made from smaller ones, and learning more merges on text that is in pieces."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

Merge = tuple[str, str]
Join = Callable[[str, str], str]


def derivation(piece: str, ranks: Mapping[Merge, int]) -> set[str]:
    """Every piece on the way from the characters of `piece` to the end, `piece` included.

    Which merges happen inside a piece does not depend on the text around it: those that would cross its border did
    not happen, or it would not be there. With the merges t+h, th+e (in this order) "the" needs {t, h, e, th, the}.
    """
    parts, seen = list(piece), {piece, *piece}
    while True:
        found = [(ranks[pair], place) for place, pair in enumerate(itertools.pairwise(parts)) if pair in ranks]
        if not found:
            return seen
        _, place = min(found)
        parts[place : place + 2] = ["".join(parts[place : place + 2])]
        seen.add(parts[place])


def learn_merges(
    words: Mapping[tuple[str, ...], int], count: int, minimum: int, join: Join = str.__add__
) -> list[tuple[Merge, str]]:
    """The merges that shorten text most (Sennrich et al. 2016), each with its result.

    Args:
        words: word in pieces -> how often it occurs.
        count: greatest number of merges.
        minimum: least number of times that a pair has to occur.
        join: the piece that two neighbours become.
    """
    state = _Words(words, join)
    learned: list[tuple[Merge, str]] = []
    while len(learned) < count and (pair := state.best(minimum)):
        learned.append((pair, join(*pair)))
        state.merge(pair)
    return learned


class _Words:
    """Words in pieces, with how often each pair of neighbours occurs and in which words."""

    def __init__(self, words: Mapping[tuple[str, ...], int], join: Join) -> None:
        self._words = [list(word) for word in words]
        self._counts = list(words.values())
        self._join = join
        self._pairs: Counter[Merge] = Counter()
        self._where: dict[Merge, set[int]] = defaultdict(set)
        for number in range(len(self._words)):
            self._account(number, 1)
        self._heap = [(-total, pair) for pair, total in self._pairs.items()]
        heapq.heapify(self._heap)

    def best(self, minimum: int) -> Merge | None:
        """The most frequent pair, the first in the alphabet of equals; entries of old counts are thrown away."""
        while self._heap:
            total, pair = self._heap[0]
            if -total == self._pairs[pair]:
                return pair if -total >= minimum else None
            heapq.heappop(self._heap)
        return None

    def merge(self, pair: Merge) -> None:
        """Join a pair wherever it occurs, from the left."""
        changed: set[Merge] = set()
        for number in sorted(self._where[pair]):
            changed |= self._account(number, -1)
            self._words[number] = list(_joined(self._words[number], pair, self._join(*pair)))
            changed |= self._account(number, 1)
        for other in changed:
            if self._pairs[other] > 0:
                heapq.heappush(self._heap, (-self._pairs[other], other))

    def _account(self, number: int, sign: int) -> set[Merge]:
        word = self._words[number]
        pairs = list(itertools.pairwise(word))
        for pair in pairs:
            self._pairs[pair] += sign * self._counts[number]
            (self._where[pair].add if sign > 0 else self._where[pair].discard)(number)
        return set(pairs)


def _joined(word: Sequence[str], pair: Merge, result: str) -> Iterable[str]:
    place = 0
    while place < len(word):
        if tuple(word[place : place + 2]) == pair:
            yield result
            place += 2
        else:
            yield word[place]
            place += 1
