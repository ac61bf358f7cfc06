"""The documents of a step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from xlalign.arrays import Ints, owners, positions
from xlalign.hashing import Hashes
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import MONO_VIEWS
from xlalign.objectives.views import Mask, TokenView
from xlalign.training.labels import Translations, swapped, translated
from xlalign.training.sampler import Run, Sampler
from xlalign.training.switching import Switch
from xlalign.training.texts import MonoTexts
from xlalign.training.views import SpecialTokens, draws, masked, rows


@dataclass(frozen=True)
class DrawnDocuments:
    """The documents (B,) of one step, and how often each was seen before."""

    numbers: Ints
    rounds: Ints


class MonoBatches:
    """Draws documents and builds their views "mono" and "mono-switched".

    Args:
        recipe: says which views are read.
        frame: special tokens.
        data: the documents.
        run: batch size, seed, length.
        switch: translations of words, for recipes that switch.
        translations: one-token entries, for dictionary labels.
    """

    def __init__(
        self,
        recipe: TrainingRecipe,
        frame: SpecialTokens,
        data: MonoTexts,
        run: Run,
        *,
        switch: Switch | None = None,
        translations: Translations | None = None,
    ) -> None:
        self.options, self.frame, self.data, self.seed = recipe.data, frame, data, run.seed
        self.switch, self.translations = switch, translations
        self.names = [name for name in MONO_VIEWS if any(p.view == name for p in recipe.passes())]
        self.sampler = Sampler(data.hashes, data.groups, run, self.options)

    def draw(self, step: int) -> DrawnDocuments:
        """The documents of a step."""
        return DrawnDocuments(*self.sampler.step(step))

    def views(self, drawn: DrawnDocuments) -> dict[str, TokenView]:
        """All views of the drawn documents."""
        build = {"mono": self._plain, "mono-switched": self._switched}
        return {name: build[name](drawn) for name in self.names}

    def labels(self, view: TokenView, drawn: DrawnDocuments) -> Mask:
        """The mask of the view "mono" with the labels of dictionary entries."""
        assert self.translations is not None
        if self.options.dictionary_input:
            assert view.mask is not None
            return view.mask
        return translated(view, self.translations, self._hashes("mono", drawn), self.options.dictionary_rate)

    def _hashes(self, purpose: str, drawn: DrawnDocuments) -> Hashes:
        return draws(self.seed, purpose, self.data.hashes[drawn.numbers], drawn.rounds)

    def _plain(self, drawn: DrawnDocuments) -> TokenView:
        tokens, texts = self.data.tokens, 2 * drawn.numbers
        second = (tokens, texts + 1) if self.options.document_pairs else None
        hashes = self._hashes("mono", drawn)
        view = masked(rows((tokens, texts), second, self.frame, self.options), self.frame, self.options, hashes)
        if self.translations is None or not self.options.dictionary_input:
            return view
        return replace(view, mask=swapped(view, self.translations, hashes, self.options.dictionary_rate))

    def _switched(self, drawn: DrawnDocuments) -> TokenView:
        """Words replaced by translations; what is asked for is the first token of each replaced word."""
        assert self.switch is not None
        assert self.data.types is not None
        texts, hashes = 2 * drawn.numbers, self._hashes("switch", drawn)
        tokens, begins, labels = self.switch.apply(
            self.data.tokens, self.data.types, texts, hashes, self.options.switch_rate
        )
        view = rows((tokens, np.arange(len(texts))), None, self.frame, self.options)
        # Rows that had to be cut hold fewer tokens than the texts: count inside each row.
        lengths = np.diff(tokens.borders)
        owner, inside = owners(lengths)[begins], positions(lengths)[begins]
        sizes = np.bincount(view.rows.numpy()[view.content.numpy()], minlength=len(texts))
        kept = inside < sizes[owner]
        selected = view.starts.numpy()[owner[kept]] + len(self.frame.prefix) + inside[kept]
        return replace(view, mask=Mask(view.ids, torch.from_numpy(selected), torch.from_numpy(labels[kept])))
