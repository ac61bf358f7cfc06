"""What the tasks share: ids, balanced labels and pairs of meanings that stay in one split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from xlalign.micro.digest import SHARES, Split, digest, split_of
from xlalign.micro.meaning import Clause
from xlalign.micro.sampler.dice import Dice

T = TypeVar("T")


def example_id(task: str, split: Split, number: int) -> str:
    """The id of an example, the same in every language."""
    return f"{task}-{split}-{number:06d}"


def balanced(dice: Dice, values: Sequence[T]) -> Iterator[T]:
    """Endlessly all values in random order, so that counts differ by one at the most."""
    while True:
        yield from dice.shuffled(values)


def accepts(dice: Dice, split: Split, first: Clause, second: Clause) -> bool:
    """Whether both meanings belong to the split.

    Two that differ in synonyms only share one digest, so their joint chance would be the share of the split instead
    of its square; they are thinned out to it, lest some labels be easier in small splits.
    """
    if split_of(first) != split or split_of(second) != split:
        return False
    # Share 0.15: two unrelated meanings are both kept with 0.15 x 0.15; a pair with one digest would be with 0.15.
    return digest(first) != digest(second) or dice.chance(SHARES[split])
