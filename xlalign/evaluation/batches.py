"""Fine-tuning batches: a pure function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from xlalign.evaluation.encoding import Encoded, Packed, labels_of, pack


@dataclass(frozen=True)
class Batch:
    """A logical batch: packed rows, their labels, the numbers of their examples, and their own."""

    packed: Packed
    labels: Tensor
    ids: tuple[int, ...]
    rows: tuple[int, ...]

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        return Batch(self.packed.to(device), self.labels.to(device), self.ids, self.rows)


class ShuffledBatches:
    """Every example once an epoch, in an order drawn from (seed, epoch); those that fill no batch wait for the next.

    Args:
        encoded: the training rows.
        size: examples (rows, or units of rows) in a batch.
        seed: seed of the order.
        device: kind of device the batches are laid out for.
    """

    def __init__(self, encoded: Encoded, size: int, seed: int, device: str = "cpu") -> None:
        self._encoded, self._seed, self._device = encoded, seed, device
        self._units = len(encoded) // encoded.unit
        self._size = min(size, self._units)
        self._order = lru_cache(maxsize=2)(self._epoch_order)

    def __len__(self) -> int:
        return self._units // self._size

    def batch(self, step: int) -> Batch:
        """The batch of the 0-based `step`."""
        epoch, at = divmod(step, len(self))
        units = self._order(epoch)[at * self._size : (at + 1) * self._size]
        rows = (units[:, None] * self._encoded.unit + np.arange(self._encoded.unit)).ravel()
        packed = pack(self._encoded, rows, self._device)
        ids = tuple(self._encoded.origin[row] for row in rows)
        return Batch(packed, labels_of(self._encoded, rows), ids, tuple(rows.tolist()))

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
