"""What the loop is given: a program to train, and where its batches come from."""

from __future__ import annotations

from typing import Any, Protocol

from torch import nn

from xlalign.objectives.base import LossOutput


class TrainingProgram(Protocol):
    """What is trained. Parameters that require a gradient are trained, all others are only saved."""

    def modules(self) -> nn.Module:
        """Everything with state: encoder, heads, momentum copies, queues (as buffers)."""

    def before_step(self, step: int) -> None:
        """Called before the loss of each 0-based step; what is frozen for a while is frozen here."""

    def loss(self, batch: Any) -> LossOutput:
        """The loss of one logical batch.

        A program that ran its own backward pass (gradient caching) returns a loss that requires no gradient.
        """

    def after_step(self, step: int, output: LossOutput) -> None:
        """Called once after each optimizer step (momentum update, queue) with the loss that it went down."""


class Batches(Protocol):
    """Where batches come from."""

    def __len__(self) -> int:
        """Batches in one epoch."""

    def batch(self, step: int) -> Any:
        """The batch of the 0-based optimizer step: a pure function of (seed, step)."""
