"""Sentence and word vectors from token vectors.

Rows lie one after another, without padding. Three rows of 3, 2 and 2 tokens, <s> and </s> being special:

    token     0    1    2     3    4     5    6
              <s>  cat  </s>  <s>  </s>  <s>  dog
    rows      0    0    0     1    1     2    2        starts   0, 3, 5
    content   -    x    -     -    -     -    x        count    3

"mean" averages tokens 0-2, 3-4, 5-6; "content" takes 1, nothing (zeros), 6; "cls" takes 0, 3, 5, "last" 2, 4, 6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import torch
from torch import Tensor

Pooling = Literal["mean", "content", "inner", "cls", "last"]
"""How the tokens of a row become one vector; `inner` is the old spelling of `content`."""


class TokenRows(Protocol):
    """What is known of the N tokens of B rows."""

    @property
    def rows(self) -> Tensor:
        """(N,) row of each token."""

    @property
    def starts(self) -> Tensor:
        """(B,) first token of each row."""

    @property
    def content(self) -> Tensor:
        """(N,) bool, false on special tokens."""

    @property
    def count(self) -> int:
        """B."""


class TokenStates(Protocol):
    """The vectors of the N tokens, layer by layer, as `encoder.States` has them."""

    def tokens(self, layer: int, positions: Tensor | None = None) -> Tensor:
        """(M, D) those of the tokens at `positions` (M,); None = all."""


def _every(rows: TokenRows) -> Tensor:
    return torch.arange(len(rows.rows), device=rows.rows.device)


def _content(rows: TokenRows) -> Tensor:
    return rows.content.nonzero()[:, 0]


def _first(rows: TokenRows) -> Tensor:
    return rows.starts


def _last(rows: TokenRows) -> Tensor:
    return torch.cat([rows.starts[1:], rows.starts.new_tensor([len(rows.rows)])]) - 1


POOLINGS: dict[str, Callable[[TokenRows], Tensor]] = {
    "mean": _every,
    "content": _content,
    "cls": _first,
    "last": _last,
}
"""The tokens (M,) whose mean, row by row, is the sentence vector."""

ALIASES = {"inner": "content"}
"""Other spellings of poolings that files and signatures of older versions have."""


def pool(states: TokenStates, layer: int, rows: TokenRows, how: str) -> Tensor:
    """One vector (B, D) a row; a row without any token that counts gives zeros."""
    return pool_tokens(lambda places: states.tokens(layer, places), rows, how)


def pool_vectors(vectors: Tensor, rows: TokenRows, how: str) -> Tensor:
    """`pool` of token vectors (N, D) that are at hand."""
    return pool_tokens(vectors.__getitem__, rows, how)


def pool_tokens(tokens: Callable[[Tensor], Tensor], rows: TokenRows, how: str) -> Tensor:
    """`pool` of the vectors (M, D) that `tokens` gives for places (M,)."""
    places = POOLINGS[ALIASES.get(how, how)](rows)
    return segment_mean(tokens(places), rows.rows[places], rows.count)


def segment_mean(vectors: Tensor, segments: Tensor, count: int) -> Tensor:
    """Mean of the vectors of each segment (a row, a word).

    Shapes: vectors (M, D), segments (M,) with values below `count` -> (count, D); an empty segment gives zeros.
    """
    total = vectors.new_zeros(count, vectors.shape[1]).index_add_(0, segments, vectors)
    sizes = torch.bincount(segments, minlength=count).clamp(min=1)
    return total / sizes.unsqueeze(1).to(vectors.dtype)


def pool_padded(hidden: Tensor, mask: Tensor, how: Literal["cls", "mean"]) -> Tensor:
    """One vector a row of a padded batch of other code.

    Shapes: hidden (B, T, D), mask (B, T) with 1 for tokens that count -> (B, D), with B rows of T tokens. A row
    without any counted token gives zeros under "mean".
    """
    if how == "cls":
        return hidden[:, 0]
    weight = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
