"""Tokens into padded cells and back, each the other's backward pass.

Both ways only copy. The gradient of a plain `index_select` adds up instead, which torch does 400 times slower as soon
as it has two threads; and nothing is there to add, for cells of padding get no gradient from attention.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def pad(tokens: Tensor, cells: Tensor, back: Tensor) -> Tensor:
    """Tokens (n, W) at the `cells` (c,) they go to -> (c, W); `back` (n,) is the cell of each token.

    The gradient of a cell that no token comes back from has to be 0.
    """
    padded: Tensor = _Pad.apply(tokens, cells, back)  # type: ignore[no-untyped-call]
    return padded


def unpad(padded: Tensor, back: Tensor) -> Tensor:
    """The cells (c, W) that hold a token, at `back` (n,) -> (n, W)."""
    tokens: Tensor = _Unpad.apply(padded, back)  # type: ignore[no-untyped-call]
    return tokens


class _Pad(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tokens: Tensor, cells: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        return tokens.index_select(0, cells)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (back,) = ctx.saved_tensors
        return gradient.index_select(0, back), None, None


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
