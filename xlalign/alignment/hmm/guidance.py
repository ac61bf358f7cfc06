"""Outside evidence about the links of a pair, as a factor of every emission probability (a product of experts).

The model generates the observed word f_j from the conditioning word e_i with probability t(f_j | e_i) F_ji. F has mean
1 over the I words that f_j can come from, so a pair without evidence (F = 1 everywhere) is what it was, and the null
word keeps its meaning. From similarities s_ij of the words, with temperature T:

    F_ji = I exp(s_ij / T) / sum over k of exp(s_kj / T)        in the other direction the sum is over the words f_k

    s = [.9 .5] for one f and two e, T = .1: exp = [e^9 e^5], F = 2 [.982 .018] = [1.964 .036]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.hmm.forward_backward import Floats
from xlalign.alignment.hmm.numbering import PaddedPairs


class Factors(NamedTuple):
    """What the emissions of a batch are multiplied by, (B, J, I) each: `forward` for p(target | source)."""

    forward: Floats
    reverse: Floats


class Guidance(Protocol):
    """Knows something about the links of some pairs of a corpus."""

    def __call__(self, batch: PaddedPairs) -> Factors | None:
        """The factors of a batch; None where nothing is known about any of its pairs."""
        ...


class SimilarityGuidance:
    """Word similarities of some pairs of a corpus.

    Args:
        similarities: in [-1, 1], one flat array (J * I,) each.
        places: position of a pair in the corpus -> number of its array.
        temperature: T, at least 0.025: below it, exp(-2 / T) has no float32 of full precision.
        weight: power of the factors; 0 is no guidance.
    """

    def __init__(
        self, similarities: Sequence[NDArray[Any]], places: Mapping[int, int], temperature: float, weight: float = 1.0
    ) -> None:
        self.similarities = similarities
        self.places = places
        self.temperature = temperature
        self.weight = weight

    def __call__(self, batch: PaddedPairs) -> Factors | None:
        """The factors of a batch."""
        places = [self.places.get(row, -1) for row in batch.rows.tolist()]
        if max(places) < 0:
            return None
        odds = np.zeros(batch.shape, dtype=np.float32)
        sizes = zip(batch.target_lengths.tolist(), batch.source_lengths.tolist(), strict=True)
        for pair, (place, (height, width)) in enumerate(zip(places, sizes, strict=True)):
            if place < 0:
                odds[pair, :height, :width] = 1.0
                continue
            similarity = self.similarities[place].reshape(height, width).astype(np.float32)
            odds[pair, :height, :width] = np.exp((similarity - 1) / np.float32(self.temperature))
        return Factors(self._factor(odds, 2, batch.source_lengths), self._factor(odds, 1, batch.target_lengths))

    def _factor(self, odds: Floats, axis: int, lengths: NDArray[np.int64]) -> Floats:
        """Odds (B, J, I) over the conditioning words on `axis`, of which a pair has lengths (B,), to mean 1."""
        total = odds.sum(axis=axis, keepdims=True)
        total[total == 0] = 1.0
        factor: Floats = odds * (lengths[:, None, None].astype(np.float32) / total)
        return factor if self.weight == 1 else factor ** np.float32(self.weight)
