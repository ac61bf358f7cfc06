"""From vectors of words to vectors of pieces, and from nearest pieces to weights: what WECHSEL and OFA share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlalign.bitext.readers.lines import lines
from xlalign.bitext.segment import words
from xlalign.errors import DataError
from xlalign.modeling.vocabulary.static import Floats, unit
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.usage import segmented

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = NDArray[np.int64]
BLOCK = 512
"""New pieces that are compared with all old ones at a time."""


@dataclass(frozen=True)
class WordVectors:
    """Words, case-folded, and their vectors.

    Attributes:
        rows: word -> row.
        matrix: (n, D).
    """

    rows: Mapping[str, int]
    matrix: Floats

    @classmethod
    def read(cls, path: Path, wanted: Iterable[str]) -> WordVectors:
        """Vectors of the wanted words from a file in the text format of word2vec and fastText (`.vec`, also packed).

        Raises:
            DataError: a line does not have as many numbers as the others.
        """
        chosen, rows, vectors = set(wanted), dict[str, int](), list[Floats]()
        for number, line in enumerate(lines(path), 1):
            word, *numbers = line.rstrip().split(" ")
            if word.casefold() in chosen and word.casefold() not in rows and len(numbers) > 1:
                if vectors and len(numbers) != len(vectors[0]):
                    raise DataError(f"{path}:{number}: {len(numbers)} numbers, where others have {len(vectors[0])}")
                rows[word.casefold()] = len(vectors)
                vectors.append(np.array(numbers, dtype=np.float64))
        if not vectors:
            raise DataError(f"{path} has a vector for no word of the text", "wanted lines: word, space, numbers")
        return cls(rows, np.array(vectors))


def word_counts(sentences: Iterable[str], language: str) -> Counter[str]:
    """How often each word occurs, in its own case."""
    return Counter(word for sentence in sentences for word in words(sentence, language))


def piece_vectors(table: PieceTable, counts: Mapping[str, int], vectors: WordVectors) -> Floats:
    """(V, D) the mean vector of the words that a piece is part of, by how often they occur; zero where there is none.

    The form of WECHSEL (Minixhofer et al. 2022, section 3.1) and of OFA for vectors without subwords.

    Args:
        table: cuts the words, each after a space.
        counts: word -> how often it occurs.
        vectors: of words.
    """
    from scipy.sparse import coo_matrix

    known = [word for word in counts if word.casefold() in vectors.rows]
    cut = segmented(table.backend(), [f" {word}" for word in known]) if known else []
    rows = np.concatenate(cut) if cut else np.empty(0, np.int64)
    lengths = [len(ids) for ids in cut]
    places = np.repeat([vectors.rows[word.casefold()] for word in known], lengths).astype(np.int64)
    weights = np.repeat([counts[word] for word in known], lengths).astype(np.float64)
    shape = (table.size, len(vectors.matrix))
    shares = coo_matrix((weights, (rows, places)), shape=shape).tocsr()
    totals = np.asarray(shares.sum(1))
    return np.asarray((shares @ vectors.matrix) / np.maximum(totals, 1e-12))


def nearest(queries: Floats, keys: Floats, neighbours: int, temperature: float) -> csr_matrix:
    """(N, V) softmax(cosine / temperature) over the `neighbours` nearest keys of each query (WECHSEL, equation 3).

    Args:
        queries: (N, D); a zero row gets no weights.
        keys: (V, D); a zero row is nobody's neighbour.
        neighbours: how many of them.
        temperature: of the softmax.
    """
    from scipy.sparse import csr_matrix

    usable = np.flatnonzero(keys.any(1))
    count = min(neighbours, len(usable))
    shape = (len(queries), len(keys))
    asking = np.flatnonzero(queries.any(1))
    if not count or not len(asking):
        return csr_matrix(shape)
    directions, columns, values = unit(keys[usable]), [], []
    for start in range(0, len(asking), BLOCK):
        cosines = unit(queries[asking[start : start + BLOCK]]) @ directions.T
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        scores = np.take_along_axis(cosines, best, axis=1)
        shares = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
        columns.append(usable[best])
        values.append(shares / shares.sum(1, keepdims=True))
    rows = np.repeat(asking, count)
    return csr_matrix((np.concatenate(values).ravel(), (rows, np.concatenate(columns).ravel())), shape=shape)


def frequent(counts: Mapping[str, int], minimum: int) -> Sequence[str]:
    """The case-folded words that occur so often, the most frequent first."""
    folded: Counter[str] = Counter()
    for word, times in counts.items():
        folded[word.casefold()] += times
    return [word for word, times in sorted(folded.items(), key=lambda item: (-item[1], item[0])) if times >= minimum]
