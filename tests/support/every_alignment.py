"""The alignment model of the HMM by its definition: a sum over every alignment of a small pair."""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.forward_backward import MAX_JUMP

Values = NDArray[np.floating[Any]]


def all_alignments(emission: Values, null: Values, jumps: Values, p_null: float) -> tuple[Values, Values, Values]:
    """gamma (J, I), null (J,) and expected jumps, in float64, summed over all (I + 1)^J alignments of a pair."""
    length, width = emission.shape

    def move(a: int, i: int) -> float:  # words count from 0, START is -1, END is `width`
        return float(jumps[i - a + MAX_JUMP] / sum(jumps[k - a + MAX_JUMP] for k in range(width + 1)) * (1 - p_null))

    gamma, empty, counts, total = np.zeros((length, width)), np.zeros(length), np.zeros(2 * MAX_JUMP + 1), 0.0
    for path in product([None, *range(width)], repeat=length):
        real = [i for i in path if i is not None]
        steps = list(zip([-1, *real], [*real, width], strict=True))
        weight = np.prod([p_null * null[j] if i is None else emission[j, i] for j, i in enumerate(path)])
        weight *= np.prod([move(a, i) for a, i in steps])
        total += weight
        for j, i in enumerate(path):
            if i is None:
                empty[j] += weight
            else:
                gamma[j, i] += weight
        for a, i in steps:
            counts[i - a + MAX_JUMP] += weight
    return gamma / total, empty / total, counts / total
