"""Attention over packed rows, in transformers' interface.

Small groups of rows of similar length are padded (CPU), or torch's variable-length kernel runs (CUDA).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.errors import DataError
from xlalign.modeling.cpu import products
from xlalign.modeling.cpu.padding import pad, unpad
from xlalign.modeling.packing import Chunk

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "xlalign-packed"
"""The name of this attention in transformers' table."""

SHORT = 64
"""Rows up to this length are attended by plain matrix products on a CPU; there they beat the fused kernel."""

Turn = Callable[[Tensor, list[products.Block]], Tensor]
"""Changes what is in the cells of the blocks."""


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    packing: Chunk | None = None,
    sliding_window: int | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Attention in transformers' interface; without `packing` it is the stock `sdpa`.

    Shapes: query (1, H, n, d), key and value (1, H or fewer, n, d) that neighbouring heads share, H heads of width d
    over the n tokens of a chunk -> (1, n, H, d).

    Raises:
        DataError: the model asks for something else (a bias, a soft cap), which is not done for packed rows.
    """
    if packing is None:
        return _stock(module, query, key, value, attention_mask, dropout, scaling, sliding_window, kwargs)
    _refuse_others(kwargs)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    causal = _causal(module, kwargs)
    flat = [_every_head(x[0], query.shape[1]).transpose(0, 1) for x in (query, key, value)]
    if _varlen_can(query, packing, dropout):
        return _varlen(flat, packing, scale, sliding_window, causal), None
    return attend_padded(packing, dropout, scale, sliding_window, *flat, causal=causal).unsqueeze(0), None


def _refuse_others(kwargs: dict[str, Any]) -> None:
    if asked := [name for name in ("position_bias", "softcap", "s_aux") if kwargs.get(name) is not None]:
        raise DataError(f"attention over packed rows has no {', '.join(asked)}")


def _causal(module: nn.Module, kwargs: dict[str, Any]) -> bool:
    """Whether a token sees only those before it: as the call says, or the module."""
    said = kwargs.get("is_causal")
    return bool(getattr(module, "is_causal", False) if said is None else said)


def _every_head(x: Tensor, heads: int) -> Tensor:
    """(H', n, d) -> (H, n, d): keys and values that heads share, once for each."""
    return x if len(x) == heads else x.repeat_interleave(heads // len(x), 0)


def attend_padded(
    packing: Chunk,
    dropout: float,
    scale: float,
    window: int | None,
    *tokens: Tensor,
    turn: Turn | None = None,
    causal: bool = False,
) -> Tensor:
    """Scatter into padded groups, attend, gather.

    Tokens go to their cells head by head, so that the heads need not be moved again before and after attention.

    Args:
        packing: the chunk.
        dropout: rate at which attention weights are dropped.
        scale: factor of the scores.
        window: of sliding attention.
        tokens: queries, keys and values (n, H, d) each, or all in one (n, 3, H, d).
        turn: what is done to them in their cells (3 * c, d).
        causal: a token sees only those before it.

    Returns:
        (n, H, d).
    """
    n, heads, width = len(tokens[0]), *tokens[0].shape[-2:]
    flat = [x.reshape(-1, width) for x in tokens]
    padded = pad(*packing.by_head(heads, 3 // len(tokens)), *flat)
    blocks = [products.Block(g.shape[0], heads, g.shape[1], g.within(window, causal)) for g in packing.groups]
    turned = padded if turn is None else turn(padded, blocks)
    output = _by_block(turned.view(3, -1, width), blocks, dropout, scale)
    return unpad(output, packing.by_head(heads)[1]).view(n, heads, width)


def _by_block(padded: Tensor, blocks: list[products.Block], dropout: float, scale: float) -> Tensor:
    # torch's kernel has no dropout on a CPU.
    plain = [padded.device.type == "cpu" and (dropout > 0 or b.longest <= SHORT) for b in blocks]
    if all(plain):
        return products.attend(padded, blocks, dropout, scale)
    outputs = []
    for alone, block, own in zip(plain, blocks, torch.split(padded, [b.cells for b in blocks], dim=1), strict=True):
        attended = products.attend(own, [block], dropout, scale) if alone else _fused(own, block, dropout, scale)
        outputs.append(attended)
    return torch.cat(outputs)


def _fused(padded: Tensor, block: products.Block, dropout: float, scale: float) -> Tensor:
    q, k, v = padded.reshape(3, block.rows, block.heads, block.longest, -1)
    mask = None if block.bias is None else block.bias.to(q.dtype)
    output = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, scale=scale)
    return output.reshape(block.cells, -1)


def _varlen_can(query: Tensor, packing: Chunk, dropout: float) -> bool:
    """The kernel is for CUDA in half precision, has no dropout and no mask but the rows' borders."""
    half = query.is_cuda and query.dtype in {torch.bfloat16, torch.float16}
    return half and not dropout and not packing.restricted


def _varlen(flat: list[Tensor], packing: Chunk, scale: float, window: int | None, causal: bool) -> Tensor:
    from torch.nn.attention.varlen import varlen_attn

    q, k, v = (x.contiguous() for x in flat)
    borders, longest = packing.borders, packing.longest
    before = -1 if window is None else window - 1
    size = (before, 0 if causal else before)
    output: Any = varlen_attn(q, k, v, borders, borders, longest, longest, scale=scale, window_size=size)
    return output.unsqueeze(0)


def _stock(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    dropout: float,
    scaling: float | None,
    window: int | None,
    kwargs: dict[str, Any],
) -> tuple[Tensor, None]:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    return sdpa_attention_forward(
        module, query, key, value, mask, dropout=dropout, scaling=scaling, sliding_window=window, **kwargs
    )


def register(*, traced: bool = False) -> str:
    """Enter `attend` in transformers' attention table and return its name; `traced`: torch.compile leaves it out."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    leave_out: Callable[[Any], Any] = torch.compiler.disable
    AttentionInterface.register(NAME, leave_out(attend) if traced else attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    return NAME


def install(model: PreTrainedModel) -> None:
    """Have an encoder of transformers take packed rows."""
    model.set_attn_implementation(register())
