"""Batches built ahead in a thread, so that a device does not wait for them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlalign.training.protocols import Batches


class Ahead:
    """The same batches, the next `count` of them under way; a batch is a pure function of its step, so order is free.

    Args:
        batches: where batches come from.
        count: batches built ahead; 0 = each is built when it is asked for.
        last: number of steps of the run; nothing is built beyond.
    """

    def __init__(self, batches: Batches, count: int, last: int) -> None:
        self.batches, self.count, self.last = batches, count, last
        self._pool = ThreadPoolExecutor(1) if count else None
        self._coming: dict[int, Future[Any]] = {}

    def batch(self, step: int) -> Any:
        """The batch of a step; errors of its building are raised here."""
        if self._pool is None:
            return self.batches.batch(step)
        for number in range(step, min(step + self.count + 1, self.last)):
            if number not in self._coming:
                self._coming[number] = self._pool.submit(self.batches.batch, number)
        # One thread: batches are built one after another, in the order of their steps.
        return self._coming.pop(step).result()

    def close(self) -> None:
        """Stop building."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
