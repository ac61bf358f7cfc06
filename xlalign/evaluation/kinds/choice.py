"""The more plausible of two sentences: each is scored with the premise, the higher score wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import Example, LabelSet, RawExample, SwitchWord, TunedKind
from xlalign.evaluation.kinds.classification import CLASSIFICATION, input_width, segments, switched
from xlalign.evaluation.metrics.scoring import ACCURACY
from xlalign.evaluation.options import FineTuning, HeadPooling

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xlalign.evaluation.packed import TaskRows


@dataclass(frozen=True)
class TwoChoices(Example):
    """A sentence and two others, one of which is its cause or effect (`question`)."""

    id: str
    first: str
    choices: tuple[str, str]
    question: str
    label: str

    def texts(self) -> Iterator[str]:
        """The sentence and both choices."""
        yield self.first
        yield from self.choices


class Choice(TunedKind[TwoChoices]):
    """[CLS] cause [SEP] effect [SEP], one row per choice: the order says which of the two is asked for."""

    name = "choice"
    example = TwoChoices
    scorer = ACCURACY
    columns: ClassVar[Mapping[str, str]] = {name: name for name in ("first", "choice1", "choice2", "question", "label")}

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> TwoChoices | None:
        """Fields first, choice1, choice2, question and label."""
        label = labels.check_or_leave_out(raw.place, str(raw.fields["label"]))
        if label is None:
            return None
        fields = raw.fields
        return TwoChoices(number, fields["first"], (fields["choice1"], fields["choice2"]), fields["question"], label)

    def gold(self, examples: Sequence[TwoChoices]) -> list[str]:
        """The labels."""
        return [example.label for example in examples]

    def with_words(self, example: TwoChoices, switch: SwitchWord) -> TwoChoices:
        """Words of the sentence that the choices are about."""
        return replace(example, first=switched(example.first, switch))

    def encode(
        self, examples: Sequence[TwoChoices], tokenizer: Any, labels: Sequence[str], options: FineTuning
    ) -> EncodedRows:
        """Two rows per example."""
        rows = [_cause_and_effect(example, choice) for example in examples for choice in example.choices]
        batch = tokenizer(
            *map(list, zip(*rows, strict=True)), truncation="longest_first", max_length=options.max_length
        )
        origin = [number for number, _ in enumerate(examples) for _ in range(2)]
        answers = [labels.index(examples[number].label) for number in origin]
        return EncodedRows(
            batch["input_ids"], batch.get("token_type_ids"), answers, origin, segments=segments(batch), unit=2
        )

    def output(self, labels: Sequence[str], width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer with one output."""
        from torch import nn

        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(input_width(width, pooling), 1))

    def logits(self, output: nn.Module, states: Tensor, packed: TaskRows, pooling: HeadPooling) -> Tensor:
        """(B, 1), a plausibility of each row."""
        return CLASSIFICATION.logits(output, states, packed, pooling)

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the choices of each example; its label stands at both of its rows."""
        from torch.nn import functional as F

        return F.cross_entropy(logits.view(-1, 2), labels[::2]), len(labels) // 2

    def decode(
        self, logits: Sequence[np.ndarray], encoded: EncodedRows, examples: Sequence[TwoChoices], labels: Sequence[str]
    ) -> list[str]:
        """The label of the choice with the higher score."""
        scores = np.concatenate(logits).reshape(-1, 2)
        return [labels[choice] for choice in scores.argmax(1)]


def _cause_and_effect(example: TwoChoices, choice: str) -> tuple[str, str]:
    return (choice, example.first) if example.question == "cause" else (example.first, choice)


CHOICE = Choice()
