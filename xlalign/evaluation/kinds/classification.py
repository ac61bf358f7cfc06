"""Sentence pairs with one label: a pooled vector and a linear layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.evaluation.cell_settings import FineTuning, HeadPooling
from xlalign.evaluation.encoding import Encoded, Packed
from xlalign.evaluation.tasks.base import Example, Task
from xlalign.modeling.pooling import segment_mean


class Classification:
    """[CLS] first [SEP] second [SEP]; too long pairs lose pieces of the longer side."""

    def encode(self, examples: Sequence[Example], tokenizer: Any, task: Task, options: FineTuning) -> Encoded:
        """One row per example."""
        texts = [[example["first"] for example in examples]]
        if "second" in examples[0]:
            texts.append([example["second"] for example in examples])
        batch = tokenizer(*texts, truncation="longest_first", max_length=options.max_length)
        labels = [task.labels.index(example["label"]) for example in examples]
        return Encoded(
            batch["input_ids"],
            batch.get("token_type_ids"),
            labels,
            list(range(len(examples))),
            segments=segments(batch),
        )

    def output(self, task: Task, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout, a hidden tanh layer if asked for, and one linear layer."""
        width = input_width(width, pooling)
        layers: list[nn.Module] = [nn.Dropout(options.dropout)]
        if options.hidden:
            layers += [nn.Linear(width, options.hidden), nn.Tanh(), nn.Dropout(options.dropout)]
        return nn.Sequential(*layers, nn.Linear(options.hidden or width, len(task.labels)))

    def logits(self, output: nn.Module, states: Tensor, packed: Packed, pooling: HeadPooling) -> Tensor:
        """(B, C) from the first state, the mean over all tokens, or both sentences compared."""
        rows = len(packed.lengths)
        if pooling == "cls":
            return output(states[packed.starts])
        if pooling == "mean":
            return output(segment_mean(states, packed.rows, rows))
        inside = packed.segments >= 0
        segment = 2 * packed.rows[inside] + packed.segments[inside]
        u, v = segment_mean(states[inside], segment, 2 * rows).view(rows, 2, -1).unbind(1)
        return output(torch.cat([u, v, (u - v).abs(), u * v], dim=-1))

    def split(self, logits: np.ndarray, encoded: Encoded, rows: np.ndarray) -> Sequence[np.ndarray]:
        """(C,) each."""
        return list(logits)

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the rows."""
        return F.cross_entropy(logits, labels), len(labels)

    def decode(
        self, logits: Sequence[np.ndarray], encoded: Encoded, examples: Sequence[Example], task: Task
    ) -> list[str]:
        """The most likely label of each example."""
        return [task.labels[int(row.argmax())] for row in logits]


def input_width(width: int, pooling: HeadPooling) -> int:
    """Width of the head's input."""
    return 4 * width if pooling == "pair" else width


def segments(batch: Any) -> list[list[int]]:
    """For each token the sentence it belongs to: 0, 1, or -1 for special tokens."""
    return [[-1 if part is None else part for part in encoding.sequence_ids] for encoding in batch.encodings]


KIND = Classification()
