"""Tokens into padded cells and back, each the other's backward pass.

Both ways only copy. The gradient of a plain `index_select` adds up instead, which torch does 400 times slower as soon
as it has two threads; and nothing is there to add, for cells of padding get no gradient from attention.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def pad(cells: Tensor, back: Tensor, *tokens: Tensor) -> Tensor:
    """Each of P `tokens` (n, W) at the `cells` (c,) they go to -> (P * c, W); `back` (n,) has the cell of each token.

    The gradient of a cell that no token comes back from has to be 0.
    """
    padded: Tensor = _Pad.apply(cells, back, *tokens)  # type: ignore[no-untyped-call]
    return padded


def unpad(padded: Tensor, back: Tensor) -> Tensor:
    """The cells (c, W) that hold a token, at `back` (n,) -> (n, W)."""
    tokens: Tensor = _Unpad.apply(padded, back)  # type: ignore[no-untyped-call]
    return tokens


class _Pad(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, cells: Tensor, back: Tensor, *tokens: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        ctx.parts = len(tokens)
        padded = tokens[0].new_empty(len(tokens) * len(cells), tokens[0].shape[1])
        for part, out in zip(tokens, padded.chunk(len(tokens)), strict=True):
            torch.index_select(part, 0, cells, out=out)
        return padded

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (back,) = ctx.saved_tensors
        return None, None, *(part.index_select(0, back) for part in gradient.chunk(ctx.parts))


class _Unpad(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, padded: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        ctx.cells = len(padded)
        return padded.index_select(0, back)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (back,) = ctx.saved_tensors
        return gradient.new_zeros(ctx.cells, gradient.shape[1]).index_copy_(0, back, gradient), None
