"""Tokenised examples, and batches of them without padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xlalign.modeling.encoder import Encoder, States
from xlalign.modeling.packing import CHUNK, Layout, layout


@dataclass(frozen=True)
class Encoded:
    """Rows of token ids.

    Attributes:
        ids: token ids of each row, special tokens included.
        types: token types of each row, or None where the tokenizer gives none.
        labels: per row one label, or several (tags; start and end of an answer).
        origin: per row the number of the example it comes from; long examples give several rows.
        marks: per row the tokens that are labelled (tagging); empty otherwise.
        extra: per row what decoding needs besides.
        segments: per row the sentence of each token (-1 for special tokens), where a head asks for it.
        unit: consecutive rows that belong together in a batch (the choices of a question).
    """

    ids: list[list[int]]
    types: list[list[int]] | None
    labels: list[Any]
    origin: list[int]
    marks: list[list[int]] = field(default_factory=list)
    extra: list[Any] = field(default_factory=list)
    segments: list[list[int]] = field(default_factory=list)
    unit: int = 1

    def __len__(self) -> int:
        return len(self.ids)

    def lengths(self) -> np.ndarray:
        """Tokens in each row, (R,)."""
        return np.fromiter(map(len, self.ids), dtype=np.int64, count=len(self.ids))


@dataclass(frozen=True)
class Packed:
    """B rows of together N tokens, one after another.

    Attributes:
        ids, positions, types, rows: (N,) token id, place in its row, token type, number of its row.
        starts: (B,) first token of each row.
        marks: (M,) tokens that are labelled.
        segments: (N,) or (0,) number of the token's sentence in its row, -1 for special tokens.
        lengths: tokens of each row.
        layout: how the rows are encoded.
    """

    ids: Tensor
    positions: Tensor
    types: Tensor
    rows: Tensor
    starts: Tensor
    marks: Tensor
    segments: Tensor
    lengths: tuple[int, ...]
    layout: Layout

    def to(self, device: torch.device) -> Packed:
        """The batch on a device."""
        names = ("ids", "positions", "types", "rows", "starts", "marks", "segments")
        moved = {name: getattr(self, name).to(device) for name in names}
        return Packed(**moved, lengths=self.lengths, layout=self.layout.to(device))

    def states(self, encoder: Encoder) -> States:
        """Token vectors of every layer."""
        return encoder(self.ids, self.positions, self.types, self.layout)

    def padded(self, vectors: Tensor, value: float) -> Tensor:
        """(N, K) -> (B, T, K), filled up with `value`."""
        full = vectors.new_full((len(self.lengths), max(self.lengths), vectors.shape[1]), value)
        full[self.rows, self.positions] = vectors
        return full


def pack(encoded: Encoded, rows: Sequence[int] | np.ndarray, device: str = "cpu") -> Packed:
    """Some rows as one batch, on the CPU and laid out for `device`."""
    picked = [encoded.ids[row] for row in rows]
    lengths = np.fromiter(map(len, picked), np.int64, len(picked))
    starts = np.cumsum(lengths) - lengths
    owner = np.repeat(np.arange(len(picked)), lengths)
    return Packed(
        ids=_flat(picked),
        positions=torch.from_numpy(np.arange(len(owner)) - starts[owner]),
        types=_flat([encoded.types[row] for row in rows]) if encoded.types else torch.zeros(len(owner)).long(),
        rows=torch.from_numpy(owner),
        starts=torch.from_numpy(starts),
        marks=_flat([[start + mark for mark in encoded.marks[row]] for start, row in zip(starts, rows, strict=True)])
        if encoded.marks
        else torch.empty(0).long(),
        segments=_flat([encoded.segments[row] for row in rows] if encoded.segments else []),
        lengths=tuple(lengths.tolist()),
        layout=layout(lengths, CHUNK.get(device, CHUNK["cuda"])),
    )


def labels_of(encoded: Encoded, rows: Sequence[int] | np.ndarray) -> Tensor:
    """Labels of some rows: (B,) one a row, (B, 2) spans, or (M,) of all marks."""
    picked = [encoded.labels[row] for row in rows]
    return _flat(picked) if encoded.marks else torch.tensor(picked)


def token_batches(lengths: np.ndarray, budget: int) -> Iterator[np.ndarray]:
    """All rows, longest first, in batches of about `budget` tokens."""
    order = np.argsort(-lengths, kind="stable")
    batch = (np.cumsum(lengths[order]) - 1) // budget
    yield from np.split(order, np.flatnonzero(np.diff(batch)) + 1)


def _flat(rows: Sequence[Sequence[int]]) -> Tensor:
    return torch.from_numpy(np.fromiter(chain.from_iterable(rows), np.int64))
