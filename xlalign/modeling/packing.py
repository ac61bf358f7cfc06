"""Rows without padding: a batch as one sequence of N tokens, padded only inside attention.

Linear layers, norms and the output head see real tokens only. Attention pads small groups of rows of similar
length (CPU) or runs torch's variable-length kernel (CUDA). The stock models must not be packed by restarting
`position_ids`: their bidirectional mask does not notice, and sentences attend to each other without a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.modeling.dropout import dropout as drop
from xlalign.modeling.padding import pad, unpad

Ints = NDArray[np.int64]
NAME = "xlalign-packed"
"""The name of this attention in transformers' table."""

CHUNK = {"cpu": 4096, "mps": 8192, "cuda": 131_072}
"""Tokens in one forward pass, by device: on a CPU larger buffers leave the cache and cost 3x a token."""

SHARES = 4
"""One part in so many of the tokens that are left is the next pass, where passes shrink."""

SHORT = 64
"""Rows up to this length are attended by plain matrix products on a CPU; there they beat the fused kernel."""


@dataclass(frozen=True)
class Group:
    """Rows padded together inside attention.

    Attributes:
        shape: (B, T), rows and longest row.
        cells: (B * T,) token of the chunk in each padded cell; padding repeats the chunk's first token.
        bias: (B, 1, 1 or T, T) added to attention scores, -inf on hidden keys; None when nothing is hidden.
    """

    shape: tuple[int, int]
    cells: Tensor
    bias: Tensor | None


@dataclass(frozen=True)
class Chunk:
    """Rows encoded in one forward pass, longest first.

    Attributes:
        tokens: (n,) position in the batch of each token of the chunk.
        groups: what attention pads together.
        back: (n,) cell of each token in the concatenated groups.
        borders: (rows + 1,) int32, where each row begins in the chunk.
        longest: tokens of the longest row.
        restricted: whether some keys of a row are hidden from some of its queries.
        heads: what `by_head` has made, by the number of heads.
    """

    tokens: Tensor
    groups: tuple[Group, ...]
    back: Tensor
    borders: Tensor
    longest: int
    restricted: bool
    heads: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)

    def by_head(self, heads: int) -> tuple[Tensor, Tensor]:
        """Cells and tokens for vectors that are cut into heads.

        Args:
            heads: H.

        Returns:
            For n tokens in c cells: (c * H,) row of the tokens' heads (n * H, d) that goes into each cell of each head,
            ordered by group, row, head and place; and (n * H,) the place of each token's head in that order.
        """
        if heads not in self.heads:
            self.heads[heads] = self._by_head(heads)
        return self.heads[heads]

    def _by_head(self, heads: int) -> tuple[Tensor, Tensor]:
        each = torch.arange(heads, device=self.back.device)
        rows, places, done = [], [], 0
        for group in self.groups:
            batch, longest = group.shape
            rows.append((group.cells.view(batch, 1, longest) * heads + each[:, None]).flatten())
            order = torch.arange(done, done + len(rows[-1]), device=each.device).view(batch, heads, longest)
            places.append(order.transpose(1, 2).reshape(-1, heads))
            done += len(rows[-1])
        return torch.cat(rows), torch.cat(places)[self.back].flatten()

    def to(self, device: torch.device) -> Chunk:
        """The chunk on a device."""
        groups = tuple(
            replace(g, cells=g.cells.to(device), bias=None if g.bias is None else g.bias.to(device))
            for g in self.groups
        )
        moved = {name: getattr(self, name).to(device) for name in ("tokens", "back", "borders")}
        return replace(self, groups=groups, heads={}, **moved)


@dataclass(frozen=True)
class Layout:
    """How the rows of a batch are laid out for encoding.

    Attributes:
        chunks: forward passes.
        inverse: (N,) place of each token of the batch in the concatenation of all chunks.
    """

    chunks: tuple[Chunk, ...]
    inverse: Tensor

    def to(self, device: torch.device) -> Layout:
        """The layout on a device."""
        return Layout(tuple(chunk.to(device) for chunk in self.chunks), self.inverse.to(device))


def layout(
    lengths: Ints, budget: int = CHUNK["cpu"], visible: Visible | None = None, least: int | None = None
) -> Layout:
    """Plan the encoding of rows of the given lengths.

    Args:
        lengths: (B,) tokens of each row, in batch order.
        budget: tokens in one forward pass; a longer row makes a pass of its own.
        visible: restricts which keys a query sees (None = all of its row).
        least: passes shrink down to about this many tokens towards the end, so that threads that take one after
            another end together.
    """
    order = np.argsort(-lengths, kind="stable")
    starts = np.cumsum(lengths) - lengths
    split = _split(order, lengths, budget, budget if least is None else least)
    chunks = [_chunk(rows, lengths, starts, visible) for rows in split]
    tokens = torch.cat([chunk.tokens for chunk in chunks])
    inverse = torch.empty_like(tokens)
    inverse[tokens] = torch.arange(len(tokens))
    return Layout(tuple(chunks), inverse)


@dataclass(frozen=True)
class Visible:
    """The attention rule of conditional MLM (CAMLM of ERNIE-M, arXiv 2012.15674), made free of leaks.

    Key k is visible to query q iff k = q, or k is not masked and lies on the other side if q is masked, on the
    side of q if q is not masked. Restricting only the masked queries leaks through the other side's states.

    Attributes:
        side: (N,) 0 or 1, which sentence a token belongs to.
        masked: (N,) bool, tokens to be predicted.
    """

    side: Tensor
    masked: Tensor

    def bias(self, cells: Tensor, shape: tuple[int, int]) -> Tensor:
        """(B, 1, T, T): 0 where visible, -inf elsewhere, for padded cells (B * T,) of batch tokens."""
        side, masked = self.side[cells].view(shape), self.masked[cells].view(shape)
        other = side[:, :, None] != side[:, None, :]
        seen = ~masked[:, None, :] & (other == masked[:, :, None])
        seen |= torch.eye(shape[1], dtype=torch.bool)
        return torch.zeros(seen.shape).masked_fill_(~seen, -torch.inf).unsqueeze(1)


def _split(order: Ints, lengths: Ints, budget: int, least: int) -> Iterator[Ints]:
    """Consecutive rows of `order` with at most `budget` tokens together (at least one row).

    Guided self-scheduling (Polychronopoulos and Kuck 1987): a part takes a fixed share of what is left, from `budget`
    down to `least`.
    """
    total = np.cumsum(lengths[order])
    start = 0
    while start < len(order):
        before = total[start - 1] if start else 0
        size = min(budget, max(least, int(total[-1] - before) // SHARES))
        stop = max(start + 1, int(np.searchsorted(total, before + size, side="right")))
        yield order[start:stop]
        start = stop


def _chunk(rows: Ints, lengths: Ints, starts: Ints, visible: Visible | None) -> Chunk:
    sizes = lengths[rows]
    borders = np.concatenate(([0], np.cumsum(sizes)))
    tokens = torch.from_numpy(np.repeat(starts[rows] - borders[:-1], sizes) + np.arange(borders[-1]))
    groups, backs, cell = [], [], 0
    for start, stop in _similar(sizes):
        group, back = _group(sizes[start:stop], int(borders[start]), tokens, visible)
        groups.append(group)
        backs.append(back + cell)
        cell += group.shape[0] * group.shape[1]
    ends = torch.from_numpy(borders.astype(np.int32))
    cells = torch.from_numpy(np.concatenate(backs))
    return Chunk(tokens, tuple(groups), cells, ends, int(sizes[0]), restricted=visible is not None)


def _similar(sizes: Ints, waste: float = 0.7, least: int = 512) -> Iterator[tuple[int, int]]:
    """Cut descending row sizes where a row is much shorter than its group's first and the group is large."""
    start = 0
    for i in range(1, len(sizes)):
        if sizes[i] < waste * sizes[start] and (i - start) * sizes[start] >= least:
            yield start, i
            start = i
    yield start, len(sizes)


def _group(sizes: Ints, first: int, tokens: Tensor, visible: Visible | None) -> tuple[Group, Ints]:
    rows, longest = len(sizes), int(sizes[0])
    real = np.arange(longest) < sizes[:, None]
    cells = np.zeros((rows, longest), np.int64)
    cells[real] = np.arange(first, first + sizes.sum())
    bias = None if real.all() else _hide(torch.from_numpy(~real))
    where = torch.from_numpy(cells.reshape(-1))
    if visible is not None:
        rule = visible.bias(tokens[where], (rows, longest))
        # A padding query sees only itself, so that no row of scores is all -inf.
        bias = rule if bias is None else rule + _except_self(bias)
    return Group((rows, longest), where, bias), np.flatnonzero(real)


def _except_self(bias: Tensor) -> Tensor:
    longest = bias.shape[-1]
    eye = torch.eye(longest, dtype=torch.bool, device=bias.device)
    return bias.expand(-1, -1, longest, -1).masked_fill(eye, 0.0)


def _hide(padding: Tensor) -> Tensor:
    return torch.zeros(padding.shape).masked_fill_(padding, -torch.inf)[:, None, None, :]


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

    Shapes: query, key, value (1, H, n, d), H heads of width d over the n tokens of a chunk -> (1, n, H, d).
    """
    if packing is None:
        return _stock(module, query, key, value, attention_mask, dropout, scaling, sliding_window, kwargs)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    flat = [x[0].transpose(0, 1) for x in (query, key, value)]
    if _varlen_can(query, packing, dropout):
        return _varlen(flat, packing, scale, sliding_window), None
    return _padded(flat, packing, dropout, scale, sliding_window), None


def _padded(flat: list[Tensor], packing: Chunk, dropout: float, scale: float, window: int | None) -> Tensor:
    """Scatter into padded groups, attend, gather: flat (n, H, d) each -> (1, n, H, d).

    Tokens go to their cells head by head, so that the heads need not be moved again before and after attention.
    """
    n, heads, width = flat[0].shape
    cells, back = packing.by_head(heads)
    sizes = [len(group.cells) * heads for group in packing.groups]
    rows = [torch.split(pad(x.reshape(n * heads, width), cells, back), sizes) for x in flat]
    outputs = []
    for group, *parts in zip(packing.groups, *rows, strict=True):
        batch, longest = group.shape
        q, k, v = (x.view(batch, heads, longest, width) for x in parts)
        bias = _window(group, window, q)
        plain = _short(q) or (dropout > 0 and q.device.type == "cpu")  # torch's kernel has no dropout on a CPU
        output = _plain(q, k, v, bias, dropout, scale) if plain else _fused(q, k, v, bias, dropout, scale)
        outputs.append(output.reshape(batch * heads * longest, width))
    return unpad(_joined(outputs), back).view(1, n, heads, width)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _short(q: Tensor) -> bool:
    return q.device.type == "cpu" and q.shape[2] <= SHORT


def _plain(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, dropout: float, scale: float) -> Tensor:
    batch, heads, longest, width = q.shape
    q, k, v = (x.reshape(batch * heads, longest, width) for x in (q, k, v))
    if bias is None:
        bias = q.new_zeros(())
    else:
        bias = bias.to(q.dtype).expand(batch, heads, -1, -1).reshape(batch * heads, -1, longest)
    weights = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=scale).softmax(-1)
    weights = drop(weights, dropout) if dropout else weights
    return torch.bmm(weights, v).view(batch, heads, longest, width)


def _fused(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, dropout: float, scale: float) -> Tensor:
    mask = None if bias is None else bias.to(q.dtype)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, scale=scale)


def _window(group: Group, window: int | None, q: Tensor) -> Tensor | None:
    """Add a sliding window: keys further than window - 1 tokens away are hidden."""
    longest = group.shape[1]
    if window is None or longest <= window:
        return group.bias
    places = torch.arange(longest, device=q.device)
    far = (places[:, None] - places[None, :]).abs() >= window
    bias = torch.zeros(longest, longest, device=q.device).masked_fill_(far, -torch.inf)
    if group.bias is None:
        return bias.expand(group.shape[0], 1, -1, -1)
    # A padding query far from every real key sees itself, so that no row of scores is all -inf.
    return _except_self(group.bias + bias)


def _varlen_can(query: Tensor, packing: Chunk, dropout: float) -> bool:
    """The kernel is for CUDA in half precision, has no dropout and no mask but the rows' borders."""
    half = query.is_cuda and query.dtype in {torch.bfloat16, torch.float16}
    return half and not dropout and not packing.restricted


def _varlen(flat: list[Tensor], packing: Chunk, scale: float, window: int | None) -> Tensor:
    from torch.nn.attention.varlen import varlen_attn

    q, k, v = (x.contiguous() for x in flat)
    borders, longest = packing.borders, packing.longest
    size = (-1, -1) if window is None else (window - 1, window - 1)
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
