"""Ragged rows laid end to end in one flat array: the index arithmetic that every packed structure needs.

Rows of lengths [3, 0, 2] lie in a flat array of 5 items:

    borders    [0, 3, 3, 5]       row i is flat[borders[i] : borders[i + 1]]
    starts     [0, 3, 3]          where each row begins
    owners     [0, 0, 0, 2, 2]    which row an item is of
    positions  [0, 1, 2, 0, 1]    where in its row an item is
    ranges of starts [10, 20, 30]: [10, 11, 12, 30, 31]
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


def borders(lengths: ArrayLike) -> Ints:
    """(n + 1,) where each of n rows begins, and the end of the last; [3, 0, 2] gives [0, 3, 3, 5]."""
    sizes = np.asarray(lengths, np.int64)
    result = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=result[1:])
    return result


def starts(lengths: ArrayLike) -> Ints:
    """(n,) where each row begins; [3, 0, 2] gives [0, 3, 3]."""
    sizes = np.asarray(lengths, np.int64)
    return np.cumsum(sizes) - sizes


def owners(lengths: ArrayLike) -> Ints:
    """(sum of lengths,) the row of each item; [3, 0, 2] gives [0, 0, 0, 2, 2]."""
    sizes = np.asarray(lengths, np.int64)
    return np.repeat(np.arange(len(sizes)), sizes)


def positions(lengths: ArrayLike) -> Ints:
    """(sum of lengths,) the place of each item in its own row; [3, 0, 2] gives [0, 1, 2, 0, 1]."""
    return ranges(np.zeros(len(np.asarray(lengths)), np.int64), lengths)


def ranges(first: ArrayLike, lengths: ArrayLike) -> Ints:
    """(sum of lengths,) the numbers first[i], first[i] + 1, ... of every row, end to end.

    It gathers rows that lie anywhere: `flat[ranges(borders[rows], lengths[rows])]` is those rows, packed.
    From [10, 20, 30] with lengths [3, 0, 2]: [10, 11, 12, 30, 31].
    """
    sizes = np.asarray(lengths, np.int64)
    # Item k of the result is k + (first - start) of its row: [0..4] + [10, 10, 10, 27, 27].
    return np.arange(int(sizes.sum())) + np.repeat(np.asarray(first, np.int64) - starts(sizes), sizes)
