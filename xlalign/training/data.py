"""Batches of a recipe: every one a pure function of (seed, step)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign.objectives.batch import Batch, Dictionary, Links, Span, View
from xlalign.objectives.options import DataOptions, Recipe
from xlalign.training.corpus import MonoData, PairData
from xlalign.training.hashing import Hashes, uniform
from xlalign.training.sampler import Sampler
from xlalign.training.views import Frame, draws, mask_arrays, rows, with_mask

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """The pairs of one step.

    Attributes:
        pairs: (B,) which.
        rounds: (B,) how often each was seen before.
        flip: (B,) 1 where the target comes first.
    """

    pairs: Ints
    rounds: Ints
    flip: Ints

    def texts(self, side: int) -> Ints:
        """(B,) the text on each pair's first (0) or second (1) side."""
        return 2 * self.pairs + (self.flip ^ side)


class RecipeBatches:
    """The views that a recipe's objectives read, for each step.

    Args:
        recipe: objectives and data options.
        frame: special tokens of the encoder.
        pairs: sentence pairs, when an objective reads them.
        mono: documents, when an objective reads them.
        dictionary: dictionary entries, when an objective reads them.
        batch_size: pairs a step, and documents a step.
        seed: of everything drawn.
        steps: length of the run, which UniMax sampling shares out.
    """

    def __init__(
        self,
        recipe: Recipe,
        frame: Frame,
        *,
        pairs: PairData | None = None,
        mono: MonoData | None = None,
        dictionary: Dictionary | None = None,
        batch_size: int,
        seed: int,
        steps: int,
    ) -> None:
        self.recipe, self.options, self.frame = recipe, recipe.data, frame
        self.pairs, self.mono, self.dictionary = pairs, mono, dictionary
        self.batch_size, self.seed = batch_size, seed
        objectives = recipe.objectives.values()
        self.views = sorted(set().union(*(o.views() for o in objectives)))
        self.masked = set().union(*(o.masked_views() for o in objectives))
        self.spans = any(getattr(o, "span", False) for o in objectives)
        draws_ = steps * batch_size
        self._mono = _sampler(mono.hashes, mono.groups, seed, self.options, draws_) if mono else None
        self.usable = _usable(pairs, self.spans) if pairs else np.empty(0, np.int64)
        self._pairs = (
            _sampler(pairs.hashes[self.usable], pairs.groups[self.usable], seed, self.options, draws_)
            if pairs
            else None
        )
        self._build: dict[str, Callable[[Drawn], View]] = {
            "source": lambda drawn: self._rows(drawn.texts(0)),
            "target": lambda drawn: self._rows(drawn.texts(1)),
            "concat": lambda drawn: self._rows(drawn.texts(0), drawn.texts(1)),
        }

    def __len__(self) -> int:
        """Batches in one pass over the pairs (or the documents, when there are no pairs)."""
        sampler = self._pairs or self._mono
        return -(-len(sampler) // self.batch_size) if sampler else 0

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        views: dict[str, View] = {}
        if self._mono:
            views |= self._mono_views(step)
        if not self._pairs or self.pairs is None:
            return Batch((), views, {}, dictionary=self.dictionary, step=step)
        drawn = self._draw(step)
        hashes = self.pairs.hashes[drawn.pairs]
        for name in self.views:
            if name in self._build:
                view = self._build[name](drawn)
                views[name] = self._mask(name, view, draws(self.seed, name, hashes, drawn.rounds))
        spans = self._spans(drawn, hashes, views) if self.spans else {}
        links = self._links(drawn, views) if self._wants_links() else None
        ids = tuple(self.pairs.ids[i] for i in drawn.pairs)
        return Batch(ids, views, spans, links, self.dictionary, step)

    def _draw(self, step: int) -> Drawn:
        assert self.pairs
        assert self._pairs
        picked, rounds = self._pairs.draw(step * self.batch_size, self.batch_size)
        pairs = self.usable[picked]
        flip = np.zeros(len(pairs), np.int64)
        if self.options.shuffle_sides:
            coin = draws(self.seed, "sides", self.pairs.hashes[pairs], rounds)
            flip = (uniform(coin) < 0.5).astype(np.int64)
        return Drawn(pairs, rounds, flip)

    def _rows(self, first: Ints, second: Ints | None = None) -> View:
        assert self.pairs is not None
        return rows(self.pairs.tokens, first, second, self.frame, self.options)

    def _mono_views(self, step: int) -> dict[str, View]:
        assert self.mono
        assert self._mono
        picked, rounds = self._mono.draw(step * self.batch_size, self.batch_size)
        second = 2 * picked + 1 if self.options.document_pairs else None
        view = rows(self.mono.tokens, 2 * picked, second, self.frame, self.options)
        return {"mono": self._mask("mono", view, draws(self.seed, "mono", self.mono.hashes[picked], rounds))}

    def _mask(self, name: str, view: View, draw: Hashes) -> View:
        return with_mask(view, mask_arrays(view, self.frame, self.options, draw)) if name in self.masked else view

    def _spans(self, drawn: Drawn, hashes: Hashes, views: dict[str, View]) -> dict[str, Span]:
        assert self.pairs
        assert self.pairs.links
        coin = uniform(draws(self.seed, "word", hashes, drawn.rounds))
        words = self.pairs.links.draw(drawn.pairs, coin)
        spans = {}
        for side, name in enumerate(("source", "target")):
            own = torch.from_numpy(words[np.arange(len(words)), drawn.flip ^ side])
            view = views[name]
            positions = (view.words == own[view.rows]).nonzero()[:, 0]
            spans[name] = Span(positions, view.rows[positions])
        return spans

    def _wants_links(self) -> bool:
        return any(o.kind == "word-alignment" and "links" in o.needs() for o in self.recipe.objectives.values())

    def _links(self, drawn: Drawn, views: dict[str, View]) -> Links:
        raise NotImplementedError


def _usable(pairs: PairData, spans: bool) -> Ints:
    """The pairs that can be drawn: all, or those with a word to stand for them."""
    if spans and pairs.links is not None:
        return pairs.links.eligible()
    return np.arange(len(pairs.ids))


def _sampler(hashes: Hashes, groups: Ints, seed: int, options: DataOptions, total: int) -> Sampler:
    return Sampler(
        hashes,
        groups,
        seed,
        temperature=options.language_temperature,
        repeat_cap=options.repeat_cap,
        draws=total,
    )
