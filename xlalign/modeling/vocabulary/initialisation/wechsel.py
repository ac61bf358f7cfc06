"""WECHSEL: neighbours across languages, after vectors of both were rotated into one space by a dictionary."""

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
from xlalign.modeling.vocabulary.static import context_vectors, rotation, unit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class Wechsel(Initialisation):
    """WECHSEL (Minixhofer et al. 2022): softmax-weighted sums of the ten nearest old pieces in rotated word vectors.

    Differs from the paper: without `vectors` the word vectors are counted and factorised on the text at hand; the
    dictionary can come from word links; the old vocabulary stays.
    """

    kind: Literal["wechsel"] = "wechsel"
    neighbours: int = Field(10, ge=1, description="old pieces that make up a new row")
    temperature: float = Field(0.1, gt=0, description="of the softmax over their cosines")
    dimensions: int = Field(100, ge=1, description="width of the word vectors made from the text")
    window: int = Field(5, ge=1, description="words on either side that make up a context")
    minimum_count: int = Field(3, ge=1, description="least number of times that a word occurs to get a vector")
    vectors: dict[str, str] = Field(
        default_factory=dict, description="`new` and `known`: files of word vectors (.vec) instead of our own"
    )

    def needs_dictionary(self) -> bool:
        """The rotation is fitted to it."""
        return True

    def weights(self, extension: Extension) -> csr_matrix:
        """Neighbours of the new pieces among the old ones.

        Raises:
            DataError: text or dictionary is missing, or hardly any entry has vectors on both sides.
        """
        if not extension.known:
            raise DataError("wechsel needs text of a language that the encoder knows", "name a bitext with one")
        counts = {side: _counts(extension, languages) for side, languages in _sides(extension).items()}
        own = {side: self._vectors(side, extension, counts[side]) for side in counts}
        turned = _turned(own["new"], own["known"], extension)
        queries = piece_vectors(extension.new, counts["new"], turned)[extension.old.size :]
        keys = piece_vectors(extension.old, counts["known"], own["known"])
        return nearest(queries, keys, self.neighbours, self.temperature)

    def _vectors(self, side: str, extension: Extension, counts: Counter[str]) -> WordVectors:
        chosen = frequent(counts, self.minimum_count)
        if side in self.vectors:
            return WordVectors.read(Path(self.vectors[side]), counts and map(str.casefold, counts))
        rows = {word: number for number, word in enumerate(chosen)}
        sentences = [
            np.array([rows[w] for w in map(str.casefold, words(sentence, language)) if w in rows], dtype=np.int64)
            for language in _sides(extension)[side]
            for sentence in extension.text.get(language, ())
        ]
        return WordVectors(rows, context_vectors(sentences, len(rows), self.dimensions, self.window))


def _sides(extension: Extension) -> dict[str, list[str]]:
    return {"new": list(extension.languages), "known": extension.known}


def _counts(extension: Extension, languages: list[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for language in languages:
        found.update(word_counts(extension.text.get(language, ()), language))
    return found


def _turned(new: WordVectors, known: WordVectors, extension: Extension) -> WordVectors:
    """The vectors of the new language in the space of the known ones."""
    entries = {(a.casefold(), b.casefold()) for a, b in extension.dictionary}
    usable = sorted((new.rows[a], known.rows[b]) for a, b in entries if a in new.rows and b in known.rows)
    if len(usable) < 2:
        raise DataError(
            f"of {len(entries)} dictionary entries {len(usable)} have vectors on both sides",
            "give `dictionary`, an align-words stage of this bitext, or more text",
        )
    width = min(new.matrix.shape[1], known.matrix.shape[1])
    source, target = unit(new.matrix[:, :width]), unit(known.matrix[:, :width])
    left, right = np.array(usable).T
    return WordVectors(new.rows, source @ rotation(source[left], target[right]).T)
