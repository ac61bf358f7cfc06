"""OFA: neighbours in multilingual word vectors, which need no dictionary, over a factorised embedding matrix."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from xlalign.bitext.segment import words
from xlalign.errors import DataError
from xlalign.modeling.vocabulary.initialisation.base import Extension, Initialisation
from xlalign.modeling.vocabulary.initialisation.neighbours import (
    WordVectors,
    frequent,
    nearest,
    piece_vectors,
    word_counts,
)
from xlalign.modeling.vocabulary.static import sentence_vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from torch import Tensor


class Ofa(Initialisation):
    """OFA (Liu et al. 2024): softmax-weighted sums of the ten nearest old pieces in multilingual word vectors.

    Differs from the paper: without `vectors` the multilingual vectors come from the sentence pairs at hand; the new
    rows are expanded to full width, for stock models to load; old rows stay as they were.
    """

    kind: Literal["ofa"] = "ofa"
    neighbours: int = Field(10, ge=1, description="old pieces that make up a new row")
    temperature: float = Field(0.1, gt=0, description="of the softmax over their cosines")
    rank: int = Field(0, ge=0, description="singular values of the old rows that new rows are made of; 0 = all")
    dimensions: int = Field(200, ge=1, description="width of the word vectors made from the pairs")
    minimum_count: int = Field(3, ge=1, description="least number of times that a word occurs to get a vector")
    vectors: str = Field("", description="file of multilingual word vectors (.vec) instead of our own")

    def weights(self, extension: Extension) -> csr_matrix:
        """Neighbours of the new pieces among the old ones.

        Raises:
            DataError: there are neither pairs nor vectors.
        """
        counts = {lang: word_counts(texts, lang) for lang, texts in extension.text.items()}
        everything = sum(counts.values(), Counter[str]())
        vectors = (
            WordVectors.read(Path(self.vectors), map(str.casefold, everything))
            if self.vectors
            else self._from_pairs(extension)
        )
        new = sum((counts[language] for language in extension.languages if language in counts), Counter[str]())
        queries = piece_vectors(extension.new, new, vectors)[extension.old.size :]
        return nearest(
            queries, piece_vectors(extension.old, everything - new, vectors), self.neighbours, self.temperature
        )

    def source(self, rows: Tensor) -> Tensor:
        """U_k (S_k V_k^T): the closest matrix of rank k to the old rows."""
        if not self.rank or self.rank >= min(rows.shape):
            return rows
        import torch

        # The eigenvectors of E^T E are the right singular vectors, and this matrix is small.
        matrix = rows.double()
        _, vectors = torch.linalg.eigh(matrix.T @ matrix)
        largest = vectors[:, -self.rank :]
        return (matrix @ largest @ largest.T).to(rows.dtype)

    def _from_pairs(self, extension: Extension) -> WordVectors:
        if not extension.pairs:
            raise DataError("ofa needs sentence pairs or a file of multilingual `vectors`", "name a bitext")
        cut = [
            [word.casefold() for language, sentence in pair for word in words(sentence, language)]
            for pair in extension.pairs
        ]
        chosen = frequent(Counter(word for pair in cut for word in pair), self.minimum_count)
        rows = {word: number for number, word in enumerate(chosen)}
        found = [[rows[word] for word in pair if word in rows] for pair in cut]
        items = np.array([row for pair in found for row in pair], dtype=np.int64)
        owners = np.repeat(np.arange(len(found)), [len(pair) for pair in found])
        return WordVectors(rows, sentence_vectors(items, owners, len(rows), len(found), self.dimensions))
