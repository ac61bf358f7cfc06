"""What a masked token is asked for when it is not itself: a translation, or the word it is linked to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign.arrays import Ints
from xlalign.hashing import Hashes, mix, uniform
from xlalign.objectives.views import Mask, TokenView, WordPairs
from xlalign.objectives.words import word_tokens
from xlalign.training.dictionary import Entries


@dataclass(frozen=True)
class Translations:
    """One-token translations of tokens, by token id.

    Attributes:
        targets: translations of all tokens, one token after another.
        borders: (V + 1,) where each token's begin.
        initial: (V,) whether a token begins a word.
    """

    targets: Ints
    borders: Ints
    initial: NDArray[np.bool_]

    @classmethod
    def of(cls, entries: Entries, pieces: Sequence[str]) -> Translations:
        """From the entries with one token on both sides; `pieces` are the vocabulary's tokens by id."""
        ids = entries.tokens.ids[entries.tokens.borders[:-1].reshape(-1, 2)[entries.single]].astype(np.int64)
        pairs = np.unique(np.concatenate((ids, ids[:, ::-1])), axis=0)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        borders = np.searchsorted(pairs[:, 0], np.arange(len(pieces) + 1))
        return cls(pairs[:, 1], borders, initial_pieces(pieces))

    def draw(self, view: TokenView, positions: Ints, hashes: Hashes) -> Ints:
        """A translation of the token at each position (M,), picked by hash; -1 where there is none.

        A token is a word when the next one begins another word (or is special).
        """
        ids = view.ids.numpy()
        # <s> ▁dog s ▁barks </s>: a word ends at s (▁barks begins one) and at ▁barks (</s> is no content), not at ▁dog.
        following = np.append(ids[1:], 0)
        last = ~np.append(view.content.numpy()[1:], False) | self.initial[following]
        tokens = ids[positions]
        # The choices of token t are targets[borders[t] : borders[t + 1]]; u in [0, 1) takes number floor(3 u) of three.
        first, count = self.borders[tokens], self.borders[tokens + 1] - self.borders[tokens]
        known = (count > 0) & last[positions]
        pick = first + (uniform(mix(hashes, 3)) * count).astype(np.int64)
        return np.where(known, self.targets[np.where(known, pick, 0)] if len(self.targets) else -1, -1)


def initial_pieces(pieces: Sequence[str]) -> NDArray[np.bool_]:
    """Which tokens begin a word, by the vocabulary's own mark (▁, Ġ, or the absence of ##)."""
    # Only a vocabulary of the BERT kind marks what goes on (##ing) and leaves what begins unmarked.
    marks = tuple(mark for mark in ("▁", "Ġ") if any(piece.startswith(mark) for piece in pieces))
    if marks:
        return np.array([piece.startswith(marks) for piece in pieces])
    return np.array([not piece.startswith("##") for piece in pieces])


def translated(view: TokenView, translations: Translations, draw: Hashes, rate: float) -> Mask:
    """DICT-MLM: with probability `rate` the label of a selected token is a translation of it, where it has one."""
    mask, chosen, drawn = _chosen(view, translations, draw, rate)
    return replace(mask, labels=torch.from_numpy(np.where(chosen, drawn, mask.labels.numpy())))


def swapped(view: TokenView, translations: Translations, draw: Hashes, rate: float) -> Mask:
    """DICT-MLM as ALIGN-MLM's code has it: the *input* is the translation, never masked, and the label stays."""
    mask, chosen, drawn = _chosen(view, translations, draw, rate)
    ids = mask.ids.clone()
    ids[mask.selected] = torch.from_numpy(np.where(chosen, drawn, ids[mask.selected].numpy()))
    return replace(mask, ids=ids)


def _chosen(
    view: TokenView, translations: Translations, draw: Hashes, rate: float
) -> tuple[Mask, NDArray[np.bool_], Ints]:
    assert view.mask is not None
    selected = view.mask.selected.numpy()
    # By the place in the row, not in the batch: what happens to a token does not depend on who stands beside it.
    hashes = mix(draw[view.rows.numpy()[selected]], selected - view.starts.numpy()[view.rows.numpy()[selected]], 4)
    drawn = translations.draw(view, selected, hashes)
    return view.mask, (uniform(hashes) < rate) & (drawn >= 0), drawn


def aligned(view: TokenView, links: WordPairs) -> Mask:
    """WEAM: the label of a selected token is the first token of the word it is linked to; others are not asked for."""
    assert view.mask is not None
    labels = torch.full_like(view.ids, -1)
    for side in (0, 1):
        own, number = word_tokens(view, links.rows, links.words[:, side], side)
        other, partner = word_tokens(view, links.rows, links.words[:, 1 - side], 1 - side)
        first = torch.full((len(links.rows),), -1, dtype=torch.long)
        # Of the tokens of one partner word the first has to win: writing from the back, it is written last.
        first[partner.flip(0)] = view.ids[other].flip(0)
        labels[own] = first[number]
    wanted = labels[view.mask.selected]
    keep = wanted >= 0
    return replace(view.mask, selected=view.mask.selected[keep], labels=wanted[keep])
