"""The pairs of a step, in every view that objectives read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.objectives.batch import Links, Span, View
from xlalign.objectives.options import Recipe
from xlalign.training.corpus import PairData
from xlalign.training.hashing import Hashes, uniform
from xlalign.training.labels import aligned
from xlalign.training.sampler import Run, Sampler
from xlalign.training.tokens import Tokens
from xlalign.training.views import Frame, draws, masked, rows

Ints = NDArray[np.int64]


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
        recipe: says which views, masks, spans and links are read.
        frame: special tokens.
        data: the pairs.
        run: batch size, seed, length.
    """

    def __init__(self, recipe: Recipe, frame: Frame, data: PairData, run: Run) -> None:
        self.options, self.frame, self.data, self.seed = recipe.data, frame, data, run.seed
        objectives = list(recipe.objectives.values())
        self.names = sorted(recipe.views() & set(VIEWS))
        self.masked = set().union(*(o.masked_views() for o in objectives))
        self.spanned = any(getattr(o, "span", False) for o in objectives)
        self.linked = any(o.kind == "word-alignment" and "links" in o.needs() for o in objectives)
        self.aligned = {v for o in objectives if getattr(o, "target", "") == "aligned" for v in o.views()}
        self.usable = data.links.eligible() if self.spanned and data.links else np.arange(len(data.ids))
        self.sampler = Sampler(data.hashes[self.usable], data.groups[self.usable], run, self.options)

    def draw(self, step: int) -> Drawn:
        """The pairs of a step."""
        picked, rounds = self.sampler.step(step)
        pairs = self.usable[picked]
        hashes = self.data.hashes[pairs]
        flip = np.zeros(len(pairs), np.int64)
        if self.options.shuffle_sides:
            flip = (uniform(draws(self.seed, "sides", hashes, rounds)) < 0.5).astype(np.int64)
        return Drawn(pairs, rounds, flip, hashes)

    def views(self, drawn: Drawn) -> dict[str, View]:
        """All views of the drawn pairs."""
        return {name: self._finished(name, self._view(name, drawn), drawn) for name in self.names}

    def _view(self, name: str, drawn: Drawn) -> View:
        sides = VIEWS[name]
        texts = [self._side(side, drawn) for side in sides]
        if name.startswith("mixed"):
            texts = self._mixed(name, texts[0], drawn)
        tokens = self._tokens if any(side == "romanised" for side in sides) else self.data.tokens
        return rows(tokens, texts[0], texts[1] if len(texts) > 1 else None, self.frame, self.options)

    def _side(self, side: str, drawn: Drawn) -> Ints:
        if side == "romanised":
            return drawn.texts(0) + len(self.data.tokens)
        return drawn.texts(int(side == "target"))

    @cached_property
    def _tokens(self) -> Tokens:
        """All texts, followed by their romanisations."""
        assert self.data.romanised is not None
        return self.data.tokens.joined(self.data.romanised)

    def _mixed(self, name: str, texts: Ints, drawn: Drawn) -> list[Ints]:
        """Each sentence with that of the next pair, in an order drawn for each side (InfoXLM)."""
        swap = uniform(draws(self.seed, name, drawn.hashes, drawn.rounds)) < 0.5
        other = np.roll(texts, -1)
        return [np.where(swap, other, texts), np.where(swap, texts, other)]

    def _finished(self, name: str, view: View, drawn: Drawn) -> View:
        if name not in self.masked:
            return view
        view = masked(view, self.frame, self.options, draws(self.seed, name, drawn.hashes, drawn.rounds))
        return aligned(view, self._all_links(drawn)) if name in self.aligned else view

    def spans(self, drawn: Drawn, views: dict[str, View]) -> dict[str, Span]:
        """The tokens of one linked word a pair, in both sides."""
        if not self.spanned:
            return {}
        assert self.data.links is not None
        words = self.data.links.draw(drawn.pairs, uniform(draws(self.seed, "word", drawn.hashes, drawn.rounds)))
        spans = {}
        for side, name in enumerate(("source", "target")):
            own = torch.from_numpy(words[np.arange(len(words)), drawn.flip ^ side])
            view = views[name]
            positions = (view.words == own[view.rows]).nonzero()[:, 0]
            spans[name] = Span(positions, view.rows[positions])
        return spans

    def links(self, drawn: Drawn) -> Links | None:
        """The word links of the drawn pairs."""
        return self._all_links(drawn) if self.linked else None

    def _all_links(self, drawn: Drawn) -> Links:
        assert self.data.links is not None
        numbers, pairs = self.data.links.of_pairs(drawn.pairs)
        words = self.data.links.words[numbers]
        flip = drawn.flip[pairs][:, None]
        words = np.where(flip == 1, words[:, ::-1], words)
        return Links(torch.from_numpy(pairs), torch.from_numpy(np.ascontiguousarray(words)))

    def teacher(self, drawn: Drawn) -> Tensor | None:
        """The teacher's vectors of the drawn pairs."""
        vectors = self.data.teacher
        return None if vectors is None else torch.from_numpy(vectors[drawn.pairs])


VIEWS: dict[str, tuple[str, ...]] = {
    "source": ("source",),
    "target": ("target",),
    "concat": ("source", "target"),
    "romanised": ("romanised",),
    "concat-romanised": ("source", "romanised"),
    "mixed-source": ("source",),
    "mixed-target": ("target",),
}
"""Views of a pair: which texts a row is made of. `mixed` rows join two pairs."""
