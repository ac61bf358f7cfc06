"""Answer spans in a context: a start and an end score per piece, windows with a stride over long contexts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.evaluation.cell_settings import FineTuning, HeadPooling
from xlalign.evaluation.encoding import Encoded, Packed
from xlalign.evaluation.tasks.base import Example, Task

LONGEST_ANSWER = 30
"""Pieces in an answer, at the most (the reference scripts' value)."""
LONGEST_QUESTION = 64
"""Pieces of a question that are read, at the most (the reference scripts' value)."""

Offsets = list[tuple[int, int] | None]


class QuestionAnswering:
    """[CLS] question [SEP] window of the context [SEP]; a window without the answer points at [CLS]."""

    def encode(self, examples: Sequence[Example], tokenizer: Any, task: Task, options: FineTuning) -> Encoded:
        """A row per window; extra = character offsets of the context's pieces, None elsewhere."""
        question_room = min(LONGEST_QUESTION, options.max_length // 3)
        batch = tokenizer(
            _shortened([example["question"] for example in examples], tokenizer, question_room),
            [example["context"] for example in examples],
            truncation="only_second",
            max_length=options.max_length,
            stride=min(options.stride, (options.max_length - question_room - 4) // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        origin = list(batch["overflow_to_sample_mapping"])
        offsets = [_context_offsets(batch, row) for row in range(len(origin))]
        labels = [_span(offsets[row], examples[example]["answers"][0]) for row, example in enumerate(origin)]
        return Encoded(batch["input_ids"], batch.get("token_type_ids"), labels, origin, extra=offsets)

    def output(self, task: Task, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer with two outputs."""
        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, 2))

    def logits(self, output: nn.Module, states: Tensor, packed: Packed, pooling: HeadPooling) -> Tensor:
        """Start and end scores, (B, T, 2); padding is out of the question."""
        return packed.padded(output(states), -1e4)

    def split(self, logits: np.ndarray, encoded: Encoded, rows: np.ndarray) -> Sequence[np.ndarray]:
        """(T, 2) each, without padding."""
        return [scores[: len(encoded.ids[row])] for scores, row in zip(logits, rows, strict=True)]

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Mean of the start and end cross-entropies over the windows."""
        return F.cross_entropy(logits, labels), len(labels)

    def decode(
        self, logits: Sequence[np.ndarray], encoded: Encoded, examples: Sequence[Example], task: Task
    ) -> dict[str, str]:
        """The best span over all windows of each question; question id -> text."""
        best: dict[int, tuple[float, str]] = {}
        for row, scores in enumerate(logits):
            example = encoded.origin[row]
            score, start, end = best_span(scores, encoded.extra[row])
            if example not in best or score > best[example][0]:
                best[example] = score, examples[example]["context"][start:end].strip()
        return {example["id"]: best[number][1] for number, example in enumerate(examples)}


def best_span(scores: np.ndarray, offsets: Offsets) -> tuple[float, int, int]:
    """The span with the highest start + end score, as (score, first character, character behind the last).

    Args:
        scores: start and end scores, (T, 2).
        offsets: characters of each piece, None outside the context.
    """
    inside = [at for at, offset in enumerate(offsets) if offset is not None and offset[1] > offset[0]]
    if not inside:
        return -np.inf, 0, 0
    start, end = scores[inside, 0], scores[inside, 1]
    total = start[:, None] + end[None, :]
    total[~_band(len(inside))] = -np.inf
    first, last = divmod(int(total.argmax()), len(inside))
    return float(total[first, last]), offsets[inside[first]][0], offsets[inside[last]][1]  # type: ignore[index]


def _band(count: int) -> np.ndarray:
    """Which (first, last) are answers of allowed length, (count, count)."""
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    return (length >= 0) & (length < LONGEST_ANSWER)


def _shortened(questions: Sequence[str], tokenizer: Any, room: int) -> list[str]:
    """Questions cut behind their first `room` pieces, leading white space removed."""
    stripped = [question.lstrip() for question in questions]
    offsets = tokenizer(stripped, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    return [
        question[: pieces[room - 1][1]] if len(pieces) > room else question
        for question, pieces in zip(stripped, offsets, strict=True)
    ]


def _context_offsets(batch: Any, row: int) -> Offsets:
    return [
        tuple(offset) if part == 1 else None
        for part, offset in zip(batch.sequence_ids(row), batch["offset_mapping"][row], strict=True)
    ]


def _span(offsets: Offsets, answer: dict[str, Any]) -> tuple[int, int]:
    """First and last piece of the answer, or (0, 0) where the window does not hold all of it."""
    start, end = answer["start"], answer["start"] + len(answer["text"])
    pieces = [at for at, offset in enumerate(offsets) if offset is not None and offset[0] < end and offset[1] > start]
    if not pieces or offsets[pieces[0]][0] > start or offsets[pieces[-1]][1] < end:  # type: ignore[index]
        return 0, 0
    return pieces[0], pieces[-1]


KIND = QuestionAnswering()
