"""The documents of a step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from xlalign.objectives.batch import Mask, View
from xlalign.objectives.options import MONO_VIEWS, Recipe
from xlalign.training.corpus import MonoData
from xlalign.training.dictionary import Entries
from xlalign.training.labels import Translations, swapped, translated
from xlalign.training.sampler import Ints, Run, Sampler
from xlalign.training.views import Frame, draws, masked, rows


class MonoBatches:
    """Draws documents and builds their views "mono" and "mono-switched".

    Args:
        recipe: says which views are read.
        frame: special tokens.
        data: the documents.
        entries: the dictionary, for recipes that use one.
        translations: one-token entries, for dictionary targets.
        run: batch size, seed, length.
    """

    def __init__(
        self,
        recipe: Recipe,
        frame: Frame,
        data: MonoData,
        run: Run,
        *,
        entries: Entries | None = None,
        translations: Translations | None = None,
    ) -> None:
        self.options, self.frame, self.data, self.seed = recipe.data, frame, data, run.seed
        self.entries, self.translations = entries, translations
        self.names = sorted(recipe.views() & set(MONO_VIEWS))
        self.sampler = Sampler(data.hashes, data.groups, run, self.options)

    def views(self, step: int) -> dict[str, View]:
        """The views of a step."""
        picked, rounds = self.sampler.step(step)
        build = {"mono": self._plain, "mono-switched": self._switched}
        return {name: build[name](picked, rounds) for name in self.names}

    def _plain(self, picked: Ints, rounds: Ints) -> View:
        second = 2 * picked + 1 if self.options.document_pairs else None
        view = rows(self.data.tokens, 2 * picked, second, self.frame, self.options)
        draw = draws(self.seed, "mono", self.data.hashes[picked], rounds)
        view = masked(view, self.frame, self.options, draw)
        if self.translations is None:
            return view
        change = swapped if self.options.dictionary_input else translated
        return change(view, self.translations, draw, self.options.dictionary_rate)

    def _switched(self, picked: Ints, rounds: Ints) -> View:
        """Words replaced by translations; what is asked for is the first token of each replaced word."""
        assert self.data.switch is not None
        assert self.entries is not None
        draw = draws(self.seed, "switch", self.data.hashes[picked], rounds)
        texts = 2 * picked
        tokens, begins, labels = self.data.switch.apply(
            self.data.tokens, self.entries, texts, draw, self.options.switch_rate
        )
        view = rows(tokens, np.arange(len(texts)), None, self.frame, self.options)
        own = np.flatnonzero(view.content.numpy())
        # Rows that had to be cut hold fewer tokens than the texts: count inside each row.
        owner = np.searchsorted(tokens.borders, begins, side="right") - 1
        inside = begins - tokens.borders[owner]
        kept = inside < np.bincount(view.rows.numpy()[own], minlength=len(texts))[owner]
        selected = view.starts.numpy()[owner[kept]] + len(self.frame.prefix) + inside[kept]
        return replace(view, mask=Mask(view.ids, torch.from_numpy(selected), torch.from_numpy(labels[kept])))
