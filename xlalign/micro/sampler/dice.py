"""Randomness that is the same on every machine: a function of its key alone."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A random stream. It only uses `Random.random`, the one method whose sequence Python guarantees.

    Args:
        key: what the stream is a function of (seed, purpose, index).
    """

    __slots__ = ("unit",)

    def __init__(self, *key: str | int) -> None:
        digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=16).digest()
        self.unit = Random(int.from_bytes(digest, "big")).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.unit() < probability

    def below(self, limit: int) -> int:
        """An integer from 0 to `limit` - 1."""
        return int(self.unit() * limit)

    def pick(self, items: Sequence[T]) -> T:
        """One item, uniformly."""
        return items[int(self.unit() * len(items))]

    def weighted(self, items: Sequence[T], cumulative: Sequence[float]) -> T:
        """One item, with the increments of `cumulative` as weights."""
        # cumulative (0.5, 0.75, 1.0): a draw of 0.6 lies between 0.5 and 0.75, so bisect gives 1, the second item.
        return items[bisect(cumulative, self.unit() * cumulative[-1])]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order (Fisher-Yates)."""
        # From the end, each place takes one of those not placed yet: with 3 items, j for i = 2 is 0, 1 or 2, for i = 1
        # is 0 or 1, which makes the 6 orders equally likely.
        result = list(items)
        for i in range(len(result) - 1, 0, -1):
            j = self.below(i + 1)
            result[i], result[j] = result[j], result[i]
        return result
