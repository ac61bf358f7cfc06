"""The pairs of a step, in every view that objectives read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from xlalign.arrays import Ints
from xlalign.hashing import Hashes, uniform
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import PAIR_VIEWS
from xlalign.objectives.views import Mask, SpanTokens, TokenView, WordPairs
from xlalign.training.labels import aligned
from xlalign.training.links import WordLinks
from xlalign.training.sampler import Run, Sampler
from xlalign.training.texts import PairTexts
from xlalign.training.views import Sentences, SpecialTokens, draws, masked, rows


@dataclass(frozen=True)
class Drawn:
    """The pairs of one step.

    Attributes:
        pairs: (B,) which.
        rounds: (B,) how often each was seen before.
        flip: (B,) 1 where the target comes first.
        hashes: (B,) of the pairs.
    """

    pairs: Ints
    rounds: Ints
    flip: Ints
    hashes: Hashes

    def texts(self, side: int) -> Ints:
        """(B,) the text on each pair's first (0) or second (1) side."""
        return 2 * self.pairs + (self.flip ^ side)


class PairBatches:
    """Draws pairs and builds their views.

    Args:
        recipe: says which views are read, and which of them masked.
        frame: special tokens.
        data: the pairs.
        run: batch size, seed, length.
        spanned: whether each pair must have a link that can stand for it.
    """

    def __init__(
        self, recipe: TrainingRecipe, frame: SpecialTokens, data: PairTexts, run: Run, *, spanned: bool
    ) -> None:
        self.options, self.frame, self.data, self.seed = recipe.data, frame, data, run.seed
        passes = [p for p in recipe.passes() if p.view in PAIR_VIEWS]
        self.names = sorted({str(p.view) for p in passes})
        self.masked = {p.view for p in passes if p.masked}
        groups, self.usable = data.groups(data.known), data.known
        if spanned:
            self.usable = self.links.eligible(data.known)
            groups = groups[np.isin(data.known, self.usable)]
        hashes = data.hashes if len(self.usable) == len(data) else data.hashes[self.usable]
        self.sampler = Sampler(hashes, groups, run, self.options)

    @property
    def links(self) -> WordLinks:
        """The word links."""
        assert self.data.links is not None
        return self.data.links

    def draw(self, step: int) -> Drawn:
        """The pairs of a step."""
        picked, rounds = self.sampler.step(step)
        pairs = self.usable[picked].astype(np.int64)
        hashes = self.data.hashes[pairs]
        flip = np.zeros(len(pairs), np.int64)
        if self.options.shuffle_sides:
            flip = (uniform(draws(self.seed, "sides", hashes, rounds)) < 0.5).astype(np.int64)
        return Drawn(pairs, rounds, flip, hashes)

    def views(self, drawn: Drawn) -> dict[str, TokenView]:
        """All views of the drawn pairs."""
        return {name: self._masked(name, self._view(name, drawn), drawn) for name in self.names}

    def _view(self, name: str, drawn: Drawn) -> TokenView:
        sides = [self._side(side, drawn) for side in PAIR_VIEWS[name]]
        if name.startswith("mixed"):
            sides = self._mixed(name, sides[0], drawn)
        return rows(sides[0], sides[1] if len(sides) > 1 else None, self.frame, self.options)

    def _side(self, side: str, drawn: Drawn) -> Sentences:
        if side == "romanised":
            assert self.data.romanised is not None
            return self.data.romanised, drawn.texts(0)
        return self.data.tokens, drawn.texts(int(side == "target"))

    def _mixed(self, name: str, side: Sentences, drawn: Drawn) -> list[Sentences]:
        """Each sentence with that of the next pair, in an order drawn for each side (InfoXLM)."""
        tokens, texts = side
        swap = uniform(draws(self.seed, name, drawn.hashes, drawn.rounds)) < 0.5
        other = np.roll(texts, -1)
        return [(tokens, np.where(swap, other, texts)), (tokens, np.where(swap, texts, other))]

    def _masked(self, name: str, view: TokenView, drawn: Drawn) -> TokenView:
        if name not in self.masked:
            return view
        return masked(view, self.frame, self.options, draws(self.seed, name, drawn.hashes, drawn.rounds))

    def span(self, view: TokenView, side: str, drawn: Drawn) -> SpanTokens:
        """The tokens of one linked word a pair: the word of the same link on either side."""
        words = self.links.draw(drawn.pairs, uniform(draws(self.seed, "word", drawn.hashes, drawn.rounds)))
        own = torch.from_numpy(words[np.arange(len(words)), drawn.flip ^ int(side == "target")])
        positions = (view.words == own[view.rows]).nonzero()[:, 0]
        return SpanTokens(positions, view.rows[positions])

    def word_pairs(self, drawn: Drawn) -> WordPairs:
        """The word links of the drawn pairs."""
        numbers, pairs = self.links.of_pairs(drawn.pairs)
        words = self.links.words[numbers].astype(np.int64)
        flip = drawn.flip[pairs][:, None]
        words = np.where(flip == 1, words[:, ::-1], words)
        return WordPairs(torch.from_numpy(pairs), torch.from_numpy(np.ascontiguousarray(words)))

    def aligned(self, view: TokenView, drawn: Drawn) -> Mask:
        """The mask of a view with the labels of linked words."""
        return aligned(view, self.word_pairs(drawn))
