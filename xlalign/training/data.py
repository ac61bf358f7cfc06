"""Batches of a recipe: every one a pure function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlalign.objectives.batch import Batch, Dictionary, View
from xlalign.objectives.options import EmbeddingAlignmentOptions, Recipe
from xlalign.training.corpus import MonoData, PairData
from xlalign.training.dictionary import Entries
from xlalign.training.labels import Translations
from xlalign.training.mono_batches import MonoBatches
from xlalign.training.pair_batches import PairBatches
from xlalign.training.sampler import Run
from xlalign.training.views import Frame, rows


@dataclass(frozen=True)
class Data:
    """What a recipe reads; None where it does not."""

    pairs: PairData | None = None
    mono: MonoData | None = None
    entries: Entries | None = None
    translations: Translations | None = None

    @property
    def languages(self) -> list[str]:
        """Codes of all languages, sorted."""
        return sorted({name for part in (self.pairs, self.mono) if part for name in part.names})


class RecipeBatches:
    """The views that a recipe's objectives read, for each step.

    Args:
        recipe: objectives and data options.
        frame: special tokens of the encoder.
        data: pairs, documents, dictionary.
        run: batch size (pairs a step, and documents a step), seed, length.
    """

    def __init__(self, recipe: Recipe, frame: Frame, data: Data, run: Run) -> None:
        self.recipe, self.frame, self.data, self.run = recipe, frame, data, run
        self.pairs = PairBatches(recipe, frame, data.pairs, run) if data.pairs else None
        self.mono = None
        if data.mono:
            words, tokens = data.entries, data.translations
            self.mono = MonoBatches(recipe, frame, data.mono, run, entries=words, translations=tokens)
        self.embedded = [o for o in recipe.objectives.values() if isinstance(o, EmbeddingAlignmentOptions)]
        self._whole = self._all_entries()

    def __len__(self) -> int:
        """Batches in one pass over the pairs (or the documents, when there are no pairs)."""
        part = self.pairs or self.mono
        return -(-len(part.sampler) // self.run.batch_size) if part else 1

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        views = self.mono.views(step) if self.mono else {}
        dictionary, entry_views = self._entries(step)
        views |= entry_views
        if self.pairs is None:
            return Batch((), views, {}, dictionary=dictionary, step=step)
        drawn = self.pairs.draw(step)
        views |= self.pairs.views(drawn)
        return Batch(
            tuple(self.pairs.data.ids[i] for i in drawn.pairs),
            views,
            self.pairs.spans(drawn, views),
            self.pairs.links(drawn),
            dictionary,
            self.pairs.teacher(drawn),
            step,
        )

    def _all_entries(self) -> Dictionary | None:
        """The whole dictionary, built once, where every step reads all of it."""
        if not self.embedded or self.data.entries is None or self.embedded[0].sample:
            return None
        return self.data.entries.select(np.arange(len(self.data.entries)))

    def _entries(self, step: int) -> tuple[Dictionary | None, dict[str, View]]:
        entries = self.data.entries
        if not self.embedded or entries is None:
            return None, {}
        options = self.embedded[0]
        chosen = entries.draw(self.run.seed, step, options.sample)
        dictionary = self._whole or entries.select(chosen)
        views = {
            name: rows(entries.tokens, 2 * chosen + side, None, self.frame, self.recipe.data)
            for side, name in enumerate(("entry-source", "entry-target"))
            if name in options.views()
        }
        return dictionary, views
