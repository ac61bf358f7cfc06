"""ModernBERT's blocks (also mmBERT's) on a CPU: rotation and gate with backward passes of their own.

The numbers are the stock modules', bit for bit. The stock backward passes fill zeros around each half of a vector, add
them up and join queries, keys and values again; here each gradient is written into its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from transformers import PreTrainedModel
from transformers.models.modernbert.modeling_modernbert import (
    ModernBertAttention,
    ModernBertMLP,
    ModernBertRotaryEmbedding,
)

from xlalign.modeling.attention import attend_padded
from xlalign.modeling.cpu.dropout import keep_factors
from xlalign.modeling.cpu.products import Block, cut
from xlalign.modeling.packing import Chunk


def replace(model: PreTrainedModel) -> None:
    """Have the blocks of a ModernBERT run as these; parameters stay where they are."""
    for module in model.modules():
        if type(module) is ModernBertAttention:
            module.__class__ = Attention
        elif type(module) is ModernBertRotaryEmbedding:
            module.__class__ = Rotary
        elif type(module) is ModernBertMLP and model.config.hidden_activation == "gelu":
            module.__class__ = GatedLayer


def _ours(values: Tensor) -> bool:
    plain = values.device.type == "cpu" and values.dtype == torch.float32
    return plain and not torch.compiler.is_compiling() and not torch.is_autocast_enabled("cpu")


class Angles(tuple[Tensor, ...]):
    """cos and sin (1, n, d) of the tokens' positions, as the stock modules take them."""

    _tables: tuple[Tensor, ...] = ()

    def by_cell(self, packing: Chunk) -> tuple[Tensor, ...]:
        """For each group cos and sin (B, 1, T, d), one after the other, the first half of sin negated.

        Kept for the next layers: angles live as long as one forward pass, and that has one chunk.
        """
        if not self._tables:
            cos, sin = (x[0] for x in self)
            half = sin.shape[-1] // 2
            signed = torch.cat([-sin[:, :half], sin[:, half:]], -1)
            self._tables = tuple(
                x[group.cells].view(group.shape[0], 1, group.shape[1], -1)
                for group in packing.groups
                for x in (cos, signed)
            )
        return self._tables


class Rotary(ModernBertRotaryEmbedding):
    """Angles that are spread to the cells of attention once for all layers."""

    def forward(self, x: Tensor, position_ids: Tensor, layer_type: str) -> tuple[Tensor, ...]:
        """The stock module's."""
        angles = super().forward(x, position_ids, layer_type)
        return Angles(angles) if _ours(x) else angles


class Attention(ModernBertAttention):
    """Queries, keys and values stay in one tensor."""

    def forward(
        self,
        hidden_states: Tensor,
        position_embeddings: tuple[Tensor, Tensor] | None = None,
        attention_mask: Tensor | None = None,
        packing: Chunk | None = None,
        **kwargs: Any,
    ) -> tuple[Tensor, Tensor | None]:
        """The stock module's, on packed rows (1, n, D)."""
        if packing is None or not isinstance(position_embeddings, Angles) or not _ours(hidden_states):
            return super().forward(hidden_states, position_embeddings, attention_mask, packing=packing, **kwargs)
        qkv = self.Wqkv(hidden_states).view(hidden_states.shape[1], 3, -1, self.head_dim)
        tables = position_embeddings.by_cell(packing)

        def turn(padded: Tensor, blocks: Sequence[Block]) -> Tensor:
            rotated: Tensor = _Rotation.apply(padded, blocks, *tables)  # type: ignore[no-untyped-call]
            return rotated

        dropout = self.attention_dropout if self.training else 0.0
        output = attend_padded(packing, dropout, self.head_dim**-0.5, self.sliding_window, qkv, turn=turn)
        return self.out_drop(self.Wo(output.view(hidden_states.shape))), None


class GatedLayer(ModernBertMLP):
    """GELU, gate and dropout in one."""

    def forward(self, hidden_states: Tensor) -> Tensor:
        """The stock module's: Wo(dropout(gelu(a) * b)) of the halves a, b of Wi's output."""
        if not _ours(hidden_states):
            return super().forward(hidden_states)
        rate = self.drop.p if self.training else 0.0
        gated: Tensor = _Gate.apply(self.Wi(hidden_states), rate)  # type: ignore[no-untyped-call]
        return self.Wo(gated)


def _rotate(source: Tensor, target: Tensor, blocks: Sequence[Block], tables: Sequence[Tensor]) -> None:
    """Queries and keys of (3 * c, d) in each block, rotated by its angles, into `target`, which may be `source`."""
    angles = zip(tables[::2], tables[1::2], strict=True)
    for (cos, sin), old, new in zip(angles, _vectors(source, blocks), _vectors(target, blocks), strict=True):
        halves = old.roll(old.shape[-1] // 2, -1).mul_(sin)
        torch.mul(old, cos, out=new).add_(halves)


def _vectors(padded: Tensor, blocks: Sequence[Block]) -> Iterator[Tensor]:
    """Views (2, B, H, T, d) of the blocks' queries and keys."""
    parts = cut(padded.view(3, -1, padded.shape[-1])[:2], blocks)
    for block, part in zip(blocks, parts, strict=True):
        yield part.view(2, block.rows, block.heads, block.longest, -1)


class _Rotation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, padded: Tensor, blocks: Sequence[Block], *tables: Tensor) -> Tensor:
        ctx.save_for_backward(*tables)
        ctx.blocks = blocks
        ctx.mark_dirty(padded)
        _rotate(padded, padded, blocks, tables)
        return padded

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        tables, third = ctx.saved_tensors, len(gradient) // 3
        inverse = [-x if i % 2 else x for i, x in enumerate(tables)]
        into = torch.empty_like(gradient)
        into[2 * third :] = gradient[2 * third :]
        _rotate(gradient, into, ctx.blocks, inverse)
        return into, None, *(None for _ in tables)


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, halves: Tensor, rate: float) -> Tensor:
        inner, gate = halves.chunk(2, -1)
        active = nn.functional.gelu(inner)
        gated = active * gate
        factors = keep_factors(gated.shape, rate) if rate else None
        ctx.save_for_backward(halves, active, factors)
        return gated if factors is None else gated.mul_(factors)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        halves, active, factors = ctx.saved_tensors
        inner, gate = halves.chunk(2, -1)
        into = torch.empty_like(halves)
        to_inner, to_gate = into.chunk(2, -1)
        gradient = gradient if factors is None else gradient * factors
        torch.mul(gradient, active, out=to_gate)
        torch.ops.aten.gelu_backward.grad_input(gradient * gate, inner, grad_input=to_inner)
        return into, None
