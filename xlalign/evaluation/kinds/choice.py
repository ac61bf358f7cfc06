"""The more plausible of two sentences: each is scored with the premise, the higher score wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.evaluation.cell_settings import FineTuning, HeadPooling
from xlalign.evaluation.encoding import Encoded
from xlalign.evaluation.kinds.classification import Classification, input_width, segments
from xlalign.evaluation.tasks.base import Example, Task


class Choice(Classification):
    """[CLS] cause [SEP] effect [SEP], one row per choice: the order says which of the two is asked for."""

    def encode(self, examples: Sequence[Example], tokenizer: Any, task: Task, options: FineTuning) -> Encoded:
        """Two rows per example."""
        rows = [_cause_and_effect(example, choice) for example in examples for choice in example["choices"]]
        batch = tokenizer(
            *map(list, zip(*rows, strict=True)), truncation="longest_first", max_length=options.max_length
        )
        origin = [number for number, _ in enumerate(examples) for _ in range(2)]
        labels = [task.labels.index(examples[number]["label"]) for number in origin]
        return Encoded(
            batch["input_ids"], batch.get("token_type_ids"), labels, origin, segments=segments(batch), unit=2
        )

    def output(self, task: Task, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer with one output."""
        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(input_width(width, pooling), 1))

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the choices of each example."""
        return F.cross_entropy(logits.view(-1, 2), labels[::2]), len(labels) // 2

    def decode(
        self, logits: Sequence[np.ndarray], encoded: Encoded, examples: Sequence[Example], task: Task
    ) -> list[str]:
        """The label of the choice with the higher score."""
        scores = np.concatenate(logits).reshape(-1, 2)
        return [task.labels[choice] for choice in scores.argmax(1)]


def _cause_and_effect(example: Example, choice: str) -> tuple[str, str]:
    return (choice, example["first"]) if example["question"] == "cause" else (example["first"], choice)


KIND = Choice()
