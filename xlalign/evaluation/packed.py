"""Batches of task rows without padding; those of a fine-tuning are a pure function of (seed, step)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from xlalign.evaluation.encoding import EncodedRows
from xlalign.hashing import mix
from xlalign.modeling.embed import PackedRows, TokenLists
from xlalign.modeling.packing import CHUNK, Layout, layout


@dataclass(frozen=True)
class TaskRows(PackedRows):
    """B rows of together N tokens, one after another, and what a task wants to know of them.

    Attributes:
        marks: (M,) tokens that are labelled.
        segments: (N,) or (0,) number of the token's sentence in its row, -1 for special tokens.
    """

    marks: Tensor
    segments: Tensor

    def padded(self, vectors: Tensor, value: float) -> Tensor:
        """(N, K) -> (B, T, K), filled up with `value`."""
        full = vectors.new_full((self.count, int(self.lengths.max()), vectors.shape[1]), value)
        # Every token knows its row and its place there, so one assignment lays them out, whatever the lengths.
        full[self.rows, self.positions] = vectors
        return full


def pack(encoded: EncodedRows, rows: Sequence[int] | np.ndarray) -> TaskRows:
    """Some rows as one batch, on the CPU.

    Rows [4 5] and [1 2 3] become ids 4 5 1 2 3, rows 0 0 1 1 1, positions 0 1 0 1 2 and starts 0 2; marks move with
    their row: the first token of row 1 is token 2.
    """
    types = [encoded.types[row] for row in rows] if encoded.types else None
    packed = TokenLists([encoded.ids[row] for row in rows], types).batch(np.arange(len(rows)))
    marks = [encoded.marks[row] for row in rows] if encoded.marks else []
    moved = [[start + mark for mark in own] for start, own in zip(packed.starts.tolist(), marks, strict=False)]
    segments = [encoded.segments[row] for row in rows] if encoded.segments else []
    return TaskRows(**vars(packed), marks=_joined(moved), segments=_joined(segments))


def labels_of(encoded: EncodedRows, rows: Sequence[int] | np.ndarray) -> Tensor:
    """Labels of some rows: (B,) one a row, (B, 2) spans, or (M,) of all marks."""
    picked = [encoded.labels[row] for row in rows]
    return _joined(picked) if encoded.marks else torch.tensor(picked)


@dataclass(frozen=True)
class TunedBatch:
    """A logical batch: packed rows and how they are encoded, labels, the numbers of the examples and of the rows."""

    packed: TaskRows
    layout: Layout
    labels: Tensor
    ids: tuple[int, ...]
    rows: tuple[int, ...]

    def to(self, device: torch.device) -> TunedBatch:
        """The batch on a device."""
        return replace(
            self, packed=self.packed.to(device), layout=self.layout.to(device), labels=self.labels.to(device)
        )


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
        """The batch of the 0-based `step`: of 10 units in batches of 4, steps 0 and 1 are epoch 0, step 2 epoch 1."""
        epoch, at = divmod(step, len(self))
        units = self._order(epoch)[at * self._size : (at + 1) * self._size]
        # Units 4 and 2 of two rows each (a question with two choices): 4 * 2 + [0 1] and 2 * 2 + [0 1], rows 8 9 4 5.
        rows = (units[:, None] * self._encoded.unit + np.arange(self._encoded.unit)).ravel()
        packed = pack(self._encoded, rows)
        ids = tuple(self._encoded.origin[row] for row in rows)
        plan = layout(packed.lengths, CHUNK.get(self._device, CHUNK["cuda"]))
        return TunedBatch(packed, plan, labels_of(self._encoded, rows), ids, tuple(rows.tolist()))

    def _epoch_order(self, epoch: int) -> np.ndarray:
        # Hashed for the seed first, then for the epoch: in one sum, epoch 1 of seed 0 would be epoch 0 of seed 1.
        seeded = mix(0, np.arange(self._units, dtype=np.uint64) + np.uint64(self._seed))
        return np.argsort(mix(0, seeded + np.uint64(epoch)), kind="stable")


def _joined(rows: Sequence[Sequence[int]]) -> Tensor:
    return torch.from_numpy(np.fromiter(chain.from_iterable(rows), np.int64))
