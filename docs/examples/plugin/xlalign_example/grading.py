"""Grading: a number for a text, by regression on the mean of its token vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from xlalign.errors import DataError
from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import Example, LabelSet, RawExample, TunedKind
from xlalign.evaluation.metrics.scoring import Scorer, mean_of_values
from xlalign.evaluation.options import FineTuning, HeadPooling

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xlalign.evaluation.packed import TaskRows


@dataclass(frozen=True)
class Graded(Example):
    """A text and its grade."""

    id: str
    text: str
    grade: float

    def texts(self) -> Iterator[str]:
        """The text: kept out of what encoders are trained on."""
        yield self.text


def near(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: str) -> list[tuple[float, ...]]:
    """For each item 1 where the predicted grade is at most half a grade off."""
    return [(float(abs(float(g) - float(p)) <= 0.5),) for g, p in zip(gold, predicted, strict=True)]


def share_near(gold: Sequence[str], predicted: Sequence[str], lang: str, rule: str) -> dict[str, float]:
    """The metric: percentage of grades that are near."""
    return {"within half": 100.0 * float(np.mean(near(gold, predicted, lang, rule)))}


class Grading(TunedKind[Graded]):
    """Answers are submitted one a line, as the default form has it."""

    name = "grading"
    example = Graded
    scorer = Scorer(share_near, near, mean_of_values, ("within half",))
    labelled = False
    columns: ClassVar[Mapping[str, str]] = {"text": "text", "grade": "grade"}
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "nano": {"steps": 60, "batch_size": 16, "evaluations": 2, "regimes": ({"learning_rate": 5e-3},)}
    }

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> Graded:
        """Fields text and grade."""
        try:
            return Graded(number, raw.fields["text"], float(raw.fields["grade"]))
        except ValueError as error:
            raise DataError(f"{raw.place}: no grade `{raw.fields['grade']}`") from error

    def gold(self, examples: Sequence[Graded]) -> list[str]:
        """The grades, as they are submitted."""
        return [str(example.grade) for example in examples]

    def encode(self, examples: Sequence[Graded], tokenizer: Any, labels: Any, options: FineTuning) -> EncodedRows:
        """One row a text."""
        batch = tokenizer([example.text for example in examples], truncation=True, max_length=options.max_length)
        grades = [example.grade for example in examples]
        return EncodedRows(batch["input_ids"], batch.get("token_type_ids"), grades, list(range(len(examples))))

    def output(self, labels: Any, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """One linear layer with one output."""
        from torch import nn

        return nn.Linear(width, 1)

    def logits(self, output: nn.Module, states: Tensor, packed: TaskRows, pooling: HeadPooling) -> Tensor:
        """(B,) grades of B rows, from their N token vectors (N, D)."""
        from xlalign.modeling.pooling import segment_mean

        return output(segment_mean(states, packed.rows, packed.count))[:, 0]

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Mean squared error."""
        return ((logits - labels) ** 2).mean(), len(labels)

    def decode(
        self, logits: Sequence[np.ndarray], encoded: EncodedRows, examples: Sequence[Graded], labels: Any
    ) -> list[str]:
        """Grades with two decimals."""
        return [f"{float(grade):.2f}" for grade in logits]


GRADING = Grading()
