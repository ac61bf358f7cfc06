"""The contract of a kind of task that is fine-tuned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from xlalign.evaluation.cell_settings import FineTuning, HeadPooling
from xlalign.evaluation.tasks.base import Example, Task

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn

    from xlalign.evaluation.encoding import Encoded, Packed


class TunedKind(Protocol):
    """Stateless: everything an answer depends on is an argument."""

    def encode(self, examples: Sequence[Example], tokenizer: Any, task: Task, options: FineTuning) -> Encoded:
        """Tokenise examples, labels included where the examples have them."""

    def output(self, task: Task, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """The output layer on states of `width`."""

    def logits(self, output: nn.Module, states: torch.Tensor, packed: Packed, pooling: HeadPooling) -> torch.Tensor:
        """Scores from the last layer's token vectors (N, D) of a batch."""

    def split(self, logits: np.ndarray, encoded: Encoded, rows: np.ndarray) -> Sequence[np.ndarray]:
        """The scores of a batch, row by row."""

    def loss(self, logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, int]:
        """Mean cross-entropy over the batch and the number of predictions in it."""

    def decode(self, logits: Sequence[np.ndarray], encoded: Encoded, examples: Sequence[Example], task: Task) -> Any:
        """Answers in the submission form from the logits of each row."""
