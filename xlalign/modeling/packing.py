"""Rows without padding: a batch as one sequence of N tokens, padded only inside attention.

Linear layers, norms and the output head see real tokens only; `attention` pads small groups of rows of similar
length. The stock models must not be packed by restarting `position_ids`: their bidirectional mask does not notice, and
sentences attend to each other without a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]

CHUNK = {"cpu": 4096, "mps": 8192, "cuda": 131_072}
"""Tokens in one forward pass, by device: on a CPU larger buffers leave the cache and cost 3x a token."""

SHARES = 4
"""One part in so many of the tokens that are left is the next pass, where passes shrink."""


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

    def within(self, window: int | None, causal: bool = False) -> Tensor | None:
        """The bias under a sliding window (None = none): keys further than window - 1 tokens away are hidden too.

        With `causal` so are the keys that come after a query.
        """
        rows, longest = self.shape
        if not causal and (window is None or longest <= window):
            return self.bias
        places = torch.arange(longest, device=self.cells.device)
        apart = places[:, None] - places[None, :]
        hidden = apart.abs() >= (longest if window is None else window)
        if causal:
            hidden |= apart < 0
        bias = torch.zeros(longest, longest, device=apart.device).masked_fill_(hidden, -torch.inf)
        if self.bias is None:
            return bias.expand(rows, 1, -1, -1)
        # A padding query far from every real key sees itself, so that no row of scores is all -inf.
        return _except_self(self.bias + bias)


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
        heads: what `by_head` has made, by the numbers of heads and sections.
    """

    tokens: Tensor
    groups: tuple[Group, ...]
    back: Tensor
    borders: Tensor
    longest: int
    restricted: bool
    heads: dict[tuple[int, int], tuple[Tensor, Tensor]] = field(default_factory=dict)

    def by_head(self, heads: int, sections: int = 1) -> tuple[Tensor, Tensor]:
        """Cells and tokens for vectors that are cut into sections (query, key, value) and heads.

        Args:
            heads: H.
            sections: S.

        Two heads, one section, a chunk of rows "a b" and "c" in one group: tokens 0 1 2 lie in cells [0 1] [2 -], where
        - repeats token 0. A token's heads are rows 2 t and 2 t + 1 of (n * H, d); cells go row by row, and head by head
        in a row:

            cell of a head      row 0, head 0   row 0, head 1   row 1, head 0   row 1, head 1
                                   0   1           2   3           4   5           6   7
            takes row              0   2           1   3           4   0           5   1        (the first result)
            heads of token 0 come back from 0 and 2, of token 1 from 1 and 3, of token 2 from 4 and 6  (the second)

        Returns:
            For n tokens in c cells: (S * c * H,) row of the tokens' heads (n * S * H, d) that goes into each cell of
            each head, ordered by section, group, row, head and place; and (n * S * H,) the place of each token's head
            in that order.
        """
        key = heads, sections
        if key not in self.heads:
            self.heads[key] = self._by_head(heads, sections)
        return self.heads[key]

    def _by_head(self, heads: int, sections: int) -> tuple[Tensor, Tensor]:
        each = torch.arange(heads, device=self.back.device)
        section = torch.arange(sections, device=self.back.device)
        rows, places, done = [], [], 0
        for group in self.groups:
            batch, longest = group.shape
            rows.append((group.cells.view(batch, 1, longest) * (sections * heads) + each[:, None]).flatten())
            order = torch.arange(done, done + len(rows[-1]), device=each.device).view(batch, heads, longest)
            places.append(order.transpose(1, 2).reshape(-1, heads))
            done += len(rows[-1])
        cells = torch.cat(rows) + section[:, None] * heads
        back = torch.cat(places)[self.back][:, None, :] + section[:, None] * done
        return cells.flatten(), back.flatten()

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

    Rows of 2, 5 and 3 tokens (0-1, 2-6, 7-9 of the batch) with a budget of 8 make two chunks, longest row first:

        chunk 0   tokens 2 3 4 5 6  7 8 9   borders 0 5 8   one group of (2, 5) cells, two of them padding
        chunk 1   tokens 0 1                borders 0 2     one group of (1, 2)
        inverse   8 9  0 1 2 3 4  5 6 7     where each token of the batch is found again

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
