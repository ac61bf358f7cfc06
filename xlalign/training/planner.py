"""The data planner: serves the requests of a recipe's objectives. Every batch is a pure function of (seed, step)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign.arrays import Ints
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import (
    BatchLinks,
    DataRequest,
    Dictionary,
    EntryView,
    Labels,
    Span,
    Teacher,
    ViewName,
)
from xlalign.objectives.views import Tensors, TokenView
from xlalign.training.dictionary import Dictionaries
from xlalign.training.labels import Translations
from xlalign.training.mono_batches import DrawnDocuments, MonoBatches
from xlalign.training.pair_batches import Drawn, PairBatches
from xlalign.training.sampler import Run
from xlalign.training.switching import Switch
from xlalign.training.texts import MonoTexts, PairTexts
from xlalign.training.views import SpecialTokens, rows

Answer = Tensors | torch.Tensor


@dataclass(frozen=True)
class RecipeData:
    """What a recipe reads; None where it does not.

    Attributes:
        pairs: sentence pairs.
        mono: documents.
        dictionaries: entries, as they are asked for.
        pieces: the vocabulary's tokens by id, where tokens are translated.
        teachers: the vectors (n, P) of all pairs' sources, by request.
    """

    pairs: PairTexts | None = None
    mono: MonoTexts | None = None
    dictionaries: Dictionaries | None = None
    pieces: tuple[str, ...] = ()
    teachers: dict[Teacher, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        """Codes of all languages, sorted."""
        return sorted({name for part in (self.pairs, self.mono) if part for name in part.names})


@dataclass
class _UnderWay:
    """What is known of a batch under construction."""

    views: dict[ViewName, TokenView] = field(default_factory=dict)
    pairs: Drawn | None = None
    documents: DrawnDocuments | None = None
    entries: dict[Dictionary, Ints] = field(default_factory=dict)
    answers: dict[DataRequest[Any], Answer] = field(default_factory=dict)


class RecipeBatches:
    """The views and answers that a recipe's objectives asked for, for each step.

    Args:
        recipe: objectives and data options.
        frame: special tokens of the encoder.
        data: pairs, documents, dictionary, teachers.
        run: batch size (pairs a step, and documents a step), seed, length.
    """

    def __init__(self, recipe: TrainingRecipe, frame: SpecialTokens, data: RecipeData, run: Run) -> None:
        self.recipe, self.frame, self.data, self.run = recipe, frame, data, run
        self._requests = recipe.requests()
        views = dict.fromkeys(p.view for p in recipe.passes())
        self._alone = [view for view in views if isinstance(view, EntryView)]
        asked = [request for request in self._requests if isinstance(request, Dictionary)]
        self._drawn = dict.fromkeys([*asked, *(view.dictionary for view in self._alone)])
        spanned = any(isinstance(request, Span) for request in self._requests)
        self.pairs = PairBatches(recipe, frame, data.pairs, run, spanned=spanned) if data.pairs else None
        self.mono = self._mono(data.mono) if data.mono else None
        self._serve: dict[type[DataRequest[Any]], Callable[[Any, _UnderWay], Answer]] = {
            BatchLinks: self._word_pairs,
            Span: self._span,
            Labels: self._labels,
            Teacher: self._teacher,
        }

    def _mono(self, data: MonoTexts) -> MonoBatches:
        switch = translations = None
        if data.types is not None:
            switch = Switch.of(data.vocabulary, self._dictionaries.of(Dictionary()))
        if any(isinstance(r, Labels) and r.by == "dictionary" for r in self._requests):
            translations = Translations.of(self._dictionaries.of(Dictionary()), self.data.pieces)
        return MonoBatches(self.recipe, self.frame, data, self.run, switch=switch, translations=translations)

    @property
    def _dictionaries(self) -> Dictionaries:
        assert self.data.dictionaries is not None
        return self.data.dictionaries

    def __len__(self) -> int:
        """Batches in one pass over the pairs (or the documents, when there are no pairs)."""
        part = self.pairs or self.mono
        # Rounded up: 10 pairs in batches of 4 are 3 steps.
        return -(-len(part.sampler) // self.run.batch_size) if part else 1

    @cached_property
    def widths(self) -> dict[Teacher, int]:
        """Width P of each teacher's vectors."""
        return {request: vectors.shape[1] for request, vectors in self.data.teachers.items()}

    def batch(self, step: int) -> TrainingBatch:
        """The batch of a step."""
        now = _UnderWay()
        self._draw(now, step)
        for request in self._requests:
            if type(request) in self._serve:
                now.answers[request] = self._serve[type(request)](request, now)
        # A few pages were read and many more are mapped with them: within some steps all of a file would count as ours.
        self.release()
        names = () if now.pairs is None or self.data.pairs is None else map(self.data.pairs.name, now.pairs.pairs)
        return TrainingBatch(tuple(names), now.views, now.answers)

    def _draw(self, now: _UnderWay, step: int) -> None:
        """The examples of a step and their views: documents, entries, pairs."""
        if self.mono:
            now.documents = self.mono.draw(step)
            now.views.update(self.mono.views(now.documents))
        for dictionary in self._drawn:
            now.entries[dictionary], now.answers[dictionary] = self._dictionaries.draw(dictionary, step)
        for view in self._alone:
            now.views[view] = self._entries(view, now)
        if self.pairs:
            now.pairs = self.pairs.draw(step)
            now.views.update(self.pairs.views(now.pairs))

    def _entries(self, view: EntryView, now: _UnderWay) -> TokenView:
        tokens = self._dictionaries.of(view.dictionary).tokens
        texts = 2 * now.entries[view.dictionary] + int(view.side == "target")
        return rows((tokens, texts), None, self.frame, self.recipe.data)

    def _word_pairs(self, _: BatchLinks, now: _UnderWay) -> Answer:
        assert self.pairs is not None
        assert now.pairs is not None
        return self.pairs.word_pairs(now.pairs)

    def _span(self, request: Span, now: _UnderWay) -> Answer:
        assert self.pairs is not None
        assert now.pairs is not None
        return self.pairs.span(now.views[request.view], request.view, now.pairs)

    def _labels(self, request: Labels, now: _UnderWay) -> Answer:
        view = now.views[request.view]
        if self.mono and now.documents and request.by == "dictionary":
            return self.mono.labels(view, now.documents)
        assert self.pairs is not None
        assert now.pairs is not None
        return self.pairs.aligned(view, now.pairs)

    def _teacher(self, request: Teacher, now: _UnderWay) -> Answer:
        assert now.pairs is not None
        return torch.from_numpy(self.data.teachers[request][now.pairs.pairs])

    def release(self) -> None:
        """Give the pages of memory maps back."""
        for part in (self.data.pairs, self.data.mono):
            if part:
                part.folder.arrays.release()
