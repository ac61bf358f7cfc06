"""What a model says of a pair: the languages, the distance of the sentence vectors, the links of the words."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import BatchSide, FilterBatch
from xlalign.bitext.filters.base import BatchFilter, Scores, both_sides
from xlalign.bitext.identify import identifier
from xlalign.bitext.margin import pair_margins


class Langid(BatchFilter):
    """Score: probability of the language of each side over that of the likeliest one.

    Candidates are the pair, what is confused with it, and common languages. The score is 1 where nothing can be
    said: few letters, or a language the model lacks. A ratio rather than the probability itself, because foreign
    names spread the probability over many languages without making any of them likely.
    """

    cost: ClassVar[int] = 3
    unit: ClassVar[str] = "probability over the likeliest"

    min: float = Field(0.1, description="smallest ratio of probabilities, 0 to 1", ge=0, le=1)
    min_letters: int = Field(20, description="a side with fewer letters is not judged", ge=0)

    def scores(self, batch: FilterBatch) -> Scores:
        """Ratios for the claimed languages, (N, 2)."""
        known = identifier((batch.source.language.code, batch.target.language.code))
        return np.stack([self._side(known, side) for side in (batch.source, batch.target)], axis=1)

    def _side(self, known: Any, side: BatchSide) -> Scores:
        scores = np.ones(len(side.texts))
        judged = np.flatnonzero(side.letters >= self.min_letters)
        if side.language.code in known.languages and len(judged):
            found = known.probabilities([side.texts[i] for i in judged.tolist()])
            scores[judged] = found[:, known.languages.index(side.language.code)] / found.max(axis=1)
        return scores

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest ratio."""
        return both_sides(score >= self.min)


class Embedding(BatchFilter):
    """Score: ratio margin of the pair's sentence vectors; needs `encoder` in [prepare]. Off by default.

    Artetxe and Schwenk (2019), "Margin-based parallel corpus mining", equation 3. We differ in where neighbours are
    sought: in the block of up to 5,000 pairs of the corpus that is cleaned at a time, not in the whole of it, so
    that a corpus of any size is filtered in one pass. A block of fewer than `block` pairs says nothing: 2.
    """

    cost: ClassVar[int] = 4
    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "ratio margin"
    edges: ClassVar[tuple[float, ...]] = tuple(round(0.5 + i / 20, 2) for i in range(31))

    min: float = Field(1.02, description="smallest ratio of the pair's cosine to that of its neighbours", ge=0)
    neighbours: int = Field(4, description="neighbours of each sentence", ge=1)
    block: int = Field(50, description="fewest pairs among which neighbours are sought", ge=1)

    def scores(self, batch: FilterBatch) -> Scores:
        """Margins, (N,)."""
        if len(batch) < self.block:
            return np.full(len(batch), self.edges[-1])
        source, target = map(batch.models.vectors, (batch.source.texts, batch.target.texts))
        return pair_margins(source, target, self.neighbours).astype(np.float64)

    def accept(self, score: Any) -> Any:
        """Not below the smallest margin."""
        return score >= self.min


class LinkProbability(BatchFilter):
    """Score: mean probability of the best link of a word, of each side; needs `links` in [prepare]. Off by default.

    A word without a link counts as 0. The links are those of a statistical aligner that an align-words stage has
    trained, on a bitext of another prepare stage.
    """

    cost: ClassVar[int] = 3
    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "probability of a link"

    min: float = Field(0.3, description="smallest mean, 0 to 1", ge=0, le=1)

    def scores(self, batch: FilterBatch) -> Scores:
        """Means of source and target, (N, 2)."""
        languages = batch.source.lang, batch.target.lang
        return batch.models.linked(batch.source.texts, batch.target.texts, languages)

    def accept(self, score: Any) -> Any:
        """Both sides have the smallest mean."""
        return both_sides(score >= self.min)
