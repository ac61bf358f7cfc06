"""FOCUS: similar pieces of the new language's text, among those that the vocabulary had already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from xlalign.modeling.vocabulary.initialisation.base import Extension, Initialisation
from xlalign.modeling.vocabulary.static import context_vectors, unit
from xlalign.modeling.vocabulary.usage import segmented

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
BLOCK = 256
"""New pieces that are compared with all old ones at a time."""


class Focus(Initialisation):
    """FOCUS (Dobler and de Melo 2023): sums of old rows, weighted by the sparsemax of similarities in static vectors.

    Differs from the paper: the vectors of pieces are counted and factorised, where it trains fastText; the old
    vocabulary stays, so pieces that both have keep their rows without further ado.
    """

    kind: Literal["focus"] = "focus"
    dimensions: int = Field(100, ge=1, description="width of the static vectors")
    window: int = Field(5, ge=1, description="pieces on either side that make up a context")
    minimum_count: int = Field(5, ge=1, description="least number of times that a piece occurs in the text")

    def weights(self, extension: Extension) -> csr_matrix:
        """sparsemax over cosines with the old pieces that occur in the new language's text."""
        from scipy.sparse import csr_matrix, vstack

        first, size = extension.old.size, extension.new.size
        sentences = [s for language in extension.languages for s in extension.text.get(language, ())]
        cut = segmented(extension.new.backend(), sentences)
        counts = np.bincount(np.concatenate(cut), minlength=size) if cut else np.zeros(size, np.int64)
        vectors = unit(context_vectors(cut, size, self.dimensions, self.window))
        vectors[counts < self.minimum_count] = 0
        overlap = np.flatnonzero(vectors[:first].any(1))
        overlap = overlap[~np.isin(overlap, [*extension.old.added.values(), extension.old.unknown or 0])]
        blocks = [csr_matrix((0, first))]
        for start in range(first, size, BLOCK):
            block = vectors[start : start + BLOCK]
            shares = sparsemax(block @ vectors[overlap].T) * block.any(1, keepdims=True) if len(overlap) else None
            found = np.zeros((len(block), first)) if shares is None else _spread(shares, overlap, first)
            blocks.append(csr_matrix(found))
        return vstack(blocks).tocsr()


def _spread(values: Floats, columns: NDArray[np.int64], width: int) -> Floats:
    found = np.zeros((len(values), width))
    found[:, columns] = values
    return found


def sparsemax(scores: Floats) -> Floats:
    """The point of the simplex that is closest to each row (N, K) (Martins and Astudillo 2016, algorithm 1).

    With sorted scores z1 >= z2 >= ... and k the largest number with 1 + k z_k > z1 + ... + z_k, the threshold is
    (z1 + ... + z_k - 1) / k. Of [0.9, 0.5, -1] two are above 0.2: [0.7, 0.3, 0].
    """
    ordered = -np.sort(-scores, axis=1)
    sums = np.cumsum(ordered, axis=1)
    places = np.arange(1, scores.shape[1] + 1)
    support = (1 + places * ordered > sums).sum(1)
    threshold = (sums[np.arange(len(scores)), support - 1] - 1) / support
    return np.asarray(np.maximum(scores - threshold[:, None], 0))
