"""Sentence pairs with one label: a pooled vector and a linear layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.evaluation.encoding import Encoded, Packed
from xlalign.evaluation.settings import FineTuning, Pooling
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
        return Encoded(batch["input_ids"], batch.get("token_type_ids"), labels, list(range(len(examples))))

    def output(self, task: Task, width: int, options: FineTuning) -> nn.Module:
        """Dropout, a hidden tanh layer if asked for, and one linear layer."""
        layers: list[nn.Module] = [nn.Dropout(options.dropout)]
        if options.hidden:
            layers += [nn.Linear(width, options.hidden), nn.Tanh(), nn.Dropout(options.dropout)]
        return nn.Sequential(*layers, nn.Linear(options.hidden or width, len(task.labels)))

    def logits(self, output: nn.Module, states: Tensor, packed: Packed, pooling: Pooling) -> Tensor:
        """(B, C) from the first state (cls) or the mean over all tokens (mean)."""
        vectors = states[packed.starts] if pooling == "cls" else segment_mean(states, packed.rows, len(packed.lengths))
        return output(vectors)

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


KIND = Classification()
