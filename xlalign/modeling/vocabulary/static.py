"""Static vectors of words and pieces, counted and factorised: the same for the same text, no training loop.

Initialisations of new rows need vectors in which use, not spelling, decides what is close. The papers take fastText;
here counts are turned into positive pointwise mutual information and factorised, which finds what skip-gram with
negative sampling finds (Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization"; the settings
are those of Levy, Goldberg and Dagan 2015, "Improving distributional similarity", section 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SMOOTHING = 0.75
"""Exponent of the context distribution, against the bias of mutual information towards rare contexts."""


def context_vectors(sentences: Sequence[Ints], size: int, dimensions: int, window: int) -> Floats:
    """Vectors (size, dimensions) of items from the items around them; a zero row where there is nothing to go by.

    Args:
        sentences: items as numbers below `size`.
        size: number of items.
        dimensions: width of the vectors.
        window: greatest distance of a context; one at distance k counts 1/k.
    """
    return factorised(mutual_information(_neighbours(sentences, size, window)), dimensions)


def sentence_vectors(rows: Ints, sentences: Ints, size: int, count: int, dimensions: int) -> Floats:
    """Vectors (size, dimensions) of the words of several languages in one space, from the pairs that they occur in.

    A word is the set of sentence pairs in which it occurs; a translation has nearly the same set (Levy, Søgaard and
    Goldberg 2017, "A strong baseline for learning cross-lingual word embeddings from sentence alignments").

    Args:
        rows: (n,) word of each occurrence.
        sentences: (n,) pair of each occurrence.
        size: number of words.
        count: number of pairs.
        dimensions: width of the vectors.
    """
    from scipy.sparse import coo_matrix

    occurrences = coo_matrix((np.ones(len(rows)), (rows, sentences)), shape=(size, count)).tocsr()
    occurrences.data[:] = 1
    return factorised(mutual_information(occurrences), dimensions)


def _neighbours(sentences: Sequence[Ints], size: int, window: int) -> csr_matrix:
    """(size, size) weighted counts of each item beside each, both ways."""
    from scipy.sparse import coo_matrix

    # Sentences end to end with `window` gaps between, so that neighbours at distance k are two slices of one array.
    flat = np.concatenate([np.append(s, np.full(window, -1)) for s in sentences] or [np.empty(0, np.int64)])
    found = coo_matrix((size, size)).tocsr()
    for distance in range(1, window + 1):
        left, right = flat[:-distance], flat[distance:]
        real = (left >= 0) & (right >= 0)
        weights = np.full(int(real.sum()), 1 / distance)
        found = found + coo_matrix((weights, (left[real], right[real])), shape=(size, size)).tocsr()
    return found + found.T


def mutual_information(counts: csr_matrix) -> csr_matrix:
    """Positive pointwise mutual information max(0, log p(a, c) - log p(a) - log p'(c)), p' smoothed.

    Args:
        counts: (N, C) how often item a occurs with context c.
    """
    found = counts.tocoo()
    items = np.asarray(counts.sum(1)).ravel()
    contexts = np.asarray(counts.sum(0)).ravel() ** SMOOTHING
    contexts /= max(contexts.sum(), 1e-300)
    values = np.log(found.data) - np.log(items[found.row]) - np.log(contexts[found.col])
    found.data = np.maximum(values, 0)
    result = found.tocsr()
    result.eliminate_zeros()
    return result


def factorised(matrix: csr_matrix, dimensions: int) -> Floats:
    """U sqrt(S) of the largest singular values, (N, dimensions); fewer where the matrix is smaller."""
    from scipy.sparse.linalg import svds

    rank = min(dimensions, min(matrix.shape) - 1)
    if rank < 1 or matrix.nnz == 0:
        return np.zeros((matrix.shape[0], max(dimensions, 1)))
    # A fixed start makes the iteration the same every time; its values are all different lest it be orthogonal.
    start = np.cos(np.arange(min(matrix.shape), dtype=np.float64))
    left, values, _ = svds(matrix.astype(np.float64), k=rank, v0=start)
    order = np.argsort(-values)
    left, values = left[:, order], values[order]
    signs = np.sign(left[np.abs(left).argmax(0), np.arange(rank)])
    return np.asarray(left * signs * np.sqrt(np.maximum(values, 0)))


def rotation(source: Floats, target: Floats) -> Floats:
    """The orthogonal W (D, D) that brings source @ W.T closest to target, both (n, D), row by row (Schönemann 1966).

    With Y^T X = U S V^T it is W = U V^T.
    """
    left, _, right = np.linalg.svd(target.T @ source)
    return np.asarray(left @ right)


def unit(matrix: Floats) -> Floats:
    """Rows of length one; a zero row stays zero."""
    return np.asarray(matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12))
