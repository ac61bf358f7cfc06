"""Attention as plain matrix products, over groups of padded rows, with a backward pass of its own.

Up to a few dozen tokens they beat torch's fused kernel on a CPU. Left to autograd, each group's share of the gradients
would be made apart and joined; here forward and backward write every group into its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from xlalign.modeling.cpu.dropout import keep_factors


class Block(NamedTuple):
    """Rows that are attended together.

    Attributes:
        rows: B.
        heads: H.
        longest: T, cells of each row.
        bias: (B, 1, 1 or T, T) added to the scores; None adds nothing.
    """

    rows: int
    heads: int
    longest: int
    bias: Tensor | None

    @property
    def cells(self) -> int:
        """Of all rows and heads."""
        return self.rows * self.heads * self.longest


class Weights(NamedTuple):
    """Attention weights (B * H, T, T): after softmax, what dropout multiplies them by (or None), and their product."""

    soft: Tensor
    factors: Tensor | None
    used: Tensor


def attend(padded: Tensor, blocks: Sequence[Block], dropout: float, scale: float) -> Tensor:
    """softmax(scale * q k^T + bias) v in each block.

    Args:
        padded: (3, c, d) queries, keys and values, by block, row, head and place in the row.
        blocks: their `cells` add up to c.
        dropout: rate at which weights are dropped.
        scale: factor of the scores.

    Returns:
        (c, d), in the same order.
    """
    output: Tensor = _Attention.apply(padded, blocks, dropout, scale)  # type: ignore[no-untyped-call]
    return output


def weigh(q: Tensor, k: Tensor, block: Block, dropout: float, scale: float) -> Weights:
    """The attention weights of queries and keys (B * H, T, d)."""
    bias = q.new_zeros(()) if block.bias is None else _by_head(block.bias.to(q.dtype), block)
    soft = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=scale).softmax(-1)
    if not dropout:
        return Weights(soft, None, soft)
    factors = keep_factors(soft.shape, dropout).to(soft.dtype)
    return Weights(soft, factors, soft * factors)


def _by_head(bias: Tensor, block: Block) -> Tensor:
    return bias.expand(-1, block.heads, -1, -1).reshape(block.rows * block.heads, -1, block.longest)


def cut(padded: Tensor, blocks: Sequence[Block]) -> Iterator[Tensor]:
    """Views (..., B * H, T, d) of the blocks of (..., c, d)."""
    start = 0
    for block in blocks:
        part = padded[..., start : start + block.cells, :]
        yield part.view(*padded.shape[:-2], -1, block.longest, padded.shape[-1])
        start += block.cells


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, padded: Tensor, blocks: Sequence[Block], dropout: float, scale: float) -> Tensor:
        output, saved = padded.new_empty(padded.shape[1:]), list[Tensor | None]()
        with torch.autocast(padded.device.type, enabled=False):
            for block, (q, k, v), out in zip(blocks, cut(padded, blocks), cut(output, blocks), strict=True):
                weights = weigh(q, k, block, dropout, scale)
                torch.bmm(weights.used, v, out=out)
                if ctx.needs_input_grad[0]:
                    saved += weights
        ctx.save_for_backward(padded, *saved)
        ctx.blocks, ctx.scale = blocks, scale
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        padded, *saved = ctx.saved_tensors
        gradients, blocks = torch.empty_like(padded), ctx.blocks
        parts = zip(cut(padded, blocks), cut(gradient, blocks), cut(gradients, blocks), strict=True)
        for i, (inputs, outer, (dq, dk, dv)) in enumerate(parts):
            q, k, v = inputs
            soft, factors, used = saved[3 * i : 3 * i + 3]
            torch.bmm(used.transpose(1, 2), outer, out=dv)
            scores = torch.bmm(outer, v.transpose(1, 2))
            if factors is not None:
                scores *= factors
            scores = torch._softmax_backward_data(scores, soft, -1, soft.dtype)
            torch.bmm(scores, k, out=dq).mul_(ctx.scale)
            torch.bmm(scores.transpose(1, 2), q, out=dk).mul_(ctx.scale)
        return gradients, None, None, None
