"""Vectors of words and padded matrices of sentences, from packed token vectors."""

from __future__ import annotations

import torch
from torch import Tensor

from xlalign.modeling.pooling import segment_mean
from xlalign.objectives.views import TokenView


def word_tokens(view: TokenView, rows: Tensor, words: Tensor, side: int = 0) -> tuple[Tensor, Tensor]:
    """The tokens of given words.

    Shapes: rows, words (K,): word number `words[k]` of row `rows[k]` -> (M,) token positions, (M,) numbers k.
    A word that was cut off has no tokens. `side` picks the sentence in a view of two.

    A view of two rows with the words - 0 0 1 - | - 0 1 - (dashes are specials, at 0, 4, 5, 8): every token that is in a
    word has a key row * 2 * width + word (width 2: 0 0 1 | 4 5), ascending. For words 0 and 1 of row 0 and 1 the wanted
    keys 0 and 5 are found at the places [0, 2) and [4, 5) of the keys: tokens 1, 2 and 7, numbers 0, 0, 1.
    """
    own = ((view.words >= 0) & (view.sides == side)).nonzero()[:, 0] if side else (view.words >= 0).nonzero()[:, 0]
    width = int(max(view.words.max(), words.max() if len(words) else 0)) + 1
    # Words ascend inside a row and rows ascend, so the keys are sorted.
    keys = (view.rows[own] * 2 + view.sides[own]) * width + view.words[own]
    wanted = (rows * 2 + side) * width + words
    first = torch.searchsorted(keys, wanted)
    count = torch.searchsorted(keys, wanted, right=True) - first
    numbers = torch.repeat_interleave(torch.arange(len(rows), device=rows.device), count)
    # Counts 2 0 3: rows begin at 0 2 2, so the tokens 0 .. 4 are numbers 0 1 | 0 1 2 of their rows.
    inside = torch.arange(len(numbers), device=rows.device) - (count.cumsum(0) - count)[numbers]
    return own[first[numbers] + inside], numbers


def word_vectors(tokens: Tensor, view: TokenView, rows: Tensor, words: Tensor, side: int = 0) -> Tensor:
    """Mean token vector (K, D) of each word, from the vectors (N, D) of all tokens of a view."""
    positions, numbers = word_tokens(view, rows, words, side)
    return segment_mean(tokens[positions], numbers, len(rows))


def padded(view: TokenView, side: int | None = None) -> tuple[Tensor, Tensor]:
    """Content tokens of each row side by side.

    Shapes: -> (B, T) token positions (0 in padding), (B, T) bool real. `side` picks the sentence of a pair.
    """
    content = view.content if side is None else view.content & (view.sides == side)
    own = content.nonzero()[:, 0]
    rows = view.rows[own]
    count = torch.bincount(rows, minlength=view.count)
    longest = int(count.max()) if len(own) else 0
    inside = torch.arange(len(own), device=own.device) - (count.cumsum(0) - count)[rows]
    positions = torch.zeros(view.count, longest, dtype=torch.long, device=own.device)
    positions[rows, inside] = own
    real = torch.arange(longest, device=own.device) < count[:, None]
    return positions, real
