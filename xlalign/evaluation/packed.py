"""Rows of token ids as batches without padding; the batches of a fine-tuning are a pure function of (seed, step)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from xlalign.evaluation.encoding import EncodedRows
from xlalign.modeling.encoder import Encoder, States
from xlalign.modeling.packing import CHUNK, Layout, layout


@dataclass(frozen=True)
class PackedRows:
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

    def to(self, device: torch.device) -> PackedRows:
        """The batch on a device."""
        names = ("ids", "positions", "types", "rows", "starts", "marks", "segments")
        moved = {name: getattr(self, name).to(device) for name in names}
        return PackedRows(**moved, lengths=self.lengths, layout=self.layout.to(device))

    def states(self, encoder: Encoder) -> States:
        """Token vectors of every layer."""
        return encoder(self.ids, self.positions, self.types, self.layout)

    def padded(self, vectors: Tensor, value: float) -> Tensor:
        """(N, K) -> (B, T, K), filled up with `value`."""
        full = vectors.new_full((len(self.lengths), max(self.lengths), vectors.shape[1]), value)
        full[self.rows, self.positions] = vectors
        return full


def pack(encoded: EncodedRows, rows: Sequence[int] | np.ndarray, device: str = "cpu") -> PackedRows:
    """Some rows as one batch, on the CPU and laid out for `device`.

    Rows [4 5] and [1 2 3] become ids 4 5 1 2 3, rows 0 0 1 1 1, positions 0 1 0 1 2 and starts 0 2; marks move with
    their row: the first token of row 1 is token 2.
    """
    picked = [encoded.ids[row] for row in rows]
    lengths = np.fromiter(map(len, picked), np.int64, len(picked))
    starts = np.cumsum(lengths) - lengths
    owner = np.repeat(np.arange(len(picked)), lengths)
    return PackedRows(
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


def labels_of(encoded: EncodedRows, rows: Sequence[int] | np.ndarray) -> Tensor:
    """Labels of some rows: (B,) one a row, (B, 2) spans, or (M,) of all marks."""
    picked = [encoded.labels[row] for row in rows]
    return _flat(picked) if encoded.marks else torch.tensor(picked)


@dataclass(frozen=True)
class TunedBatch:
    """A logical batch: packed rows, their labels, the numbers of their examples, and their own."""

    packed: PackedRows
    labels: Tensor
    ids: tuple[int, ...]
    rows: tuple[int, ...]

    def to(self, device: torch.device) -> TunedBatch:
        """The batch on a device."""
        return TunedBatch(self.packed.to(device), self.labels.to(device), self.ids, self.rows)


class ShuffledBatches:
    """Every example once an epoch, in an order drawn from (seed, epoch); those that fill no batch wait for the next.

    Args:
        encoded: the training rows.
        size: examples (rows, or units of rows) in a batch.
        seed: seed of the order.
        device: kind of device the batches are laid out for.
    """

    def __init__(self, encoded: EncodedRows, size: int, seed: int, device: str = "cpu") -> None:
        self._encoded, self._seed, self._device = encoded, seed, device
        self._units = len(encoded) // encoded.unit
        self._size = min(size, self._units)
        self._order = lru_cache(maxsize=2)(self._epoch_order)

    def __len__(self) -> int:
        return self._units // self._size

    def batch(self, step: int) -> TunedBatch:
        """The batch of the 0-based `step`."""
        epoch, at = divmod(step, len(self))
        units = self._order(epoch)[at * self._size : (at + 1) * self._size]
        rows = (units[:, None] * self._encoded.unit + np.arange(self._encoded.unit)).ravel()
        packed = pack(self._encoded, rows, self._device)
        ids = tuple(self._encoded.origin[row] for row in rows)
        return TunedBatch(packed, labels_of(self._encoded, rows), ids, tuple(rows.tolist()))

    def _epoch_order(self, epoch: int) -> np.ndarray:
        return np.argsort(scramble(np.arange(self._units), self._seed, epoch), kind="stable")


def scramble(numbers: np.ndarray, *keys: int) -> np.ndarray:
    """A 64-bit hash of each number under the keys (splitmix64): the same on every machine and version."""
    value = numbers.astype(np.uint64)
    for key in keys:
        value = (value + np.uint64(key + 1)) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        value ^= value >> np.uint64(31)
    return value


def _flat(rows: Sequence[Sequence[int]]) -> Tensor:
    return torch.from_numpy(np.fromiter(chain.from_iterable(rows), np.int64))
