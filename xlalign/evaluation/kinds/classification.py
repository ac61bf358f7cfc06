"""One label for a sentence or a pair of sentences: a pooled vector and a linear layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from xlalign.bitext.segment import words
from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import Example, LabelSet, RawExample, Reorder, SwitchWord, TunedKind
from xlalign.evaluation.metrics.scoring import ACCURACY
from xlalign.evaluation.options import FineTuning, HeadPooling

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from xlalign.evaluation.packed import TaskRows


@dataclass(frozen=True)
class LabelledSentences(Example):
    """One or two sentences and their label."""

    id: str
    first: str
    second: str | None = None
    label: str = field(kw_only=True)

    def texts(self) -> Iterator[str]:
        """Both sentences."""
        yield self.first
        if self.second is not None:
            yield self.second


class Classification(TunedKind[LabelledSentences]):
    """[CLS] first [SEP] second [SEP]; too long pairs lose pieces of the longer side."""

    name = "classification"
    example = LabelledSentences
    scorer = ACCURACY
    columns: ClassVar[Mapping[str, str]] = {"first": "text", "label": "label"}
    sentences = ("first", "second")

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> LabelledSentences | None:
        """Fields first, second (may be missing) and label."""
        label = labels.check_or_leave_out(raw.place, str(raw.fields["label"]))
        if label is None:
            return None
        return LabelledSentences(number, raw.fields["first"], raw.fields.get("second"), label=label)

    def gold(self, examples: Sequence[LabelledSentences]) -> list[str]:
        """The labels."""
        return [example.label for example in examples]

    def derived(self, example: LabelledSentences, reorder: Reorder) -> LabelledSentences:
        """Each sentence is derived on its own."""

        def derive(text: str) -> str:
            return " ".join(reorder(words(text, "en"))[0])

        return replace(
            example, first=derive(example.first), second=None if example.second is None else derive(example.second)
        )

    def with_words(self, example: LabelledSentences, switch: SwitchWord) -> LabelledSentences:
        """Words of both sentences."""
        return replace(
            example,
            first=switched(example.first, switch),
            second=None if example.second is None else switched(example.second, switch),
        )

    def encode(
        self, examples: Sequence[LabelledSentences], tokenizer: Any, labels: Sequence[str], options: FineTuning
    ) -> EncodedRows:
        """One row per example."""
        texts = [[example.first for example in examples]]
        if examples[0].second is not None:
            texts.append([example.second or "" for example in examples])
        batch = tokenizer(*texts, truncation="longest_first", max_length=options.max_length)
        return EncodedRows(
            batch["input_ids"],
            batch.get("token_type_ids"),
            [labels.index(example.label) for example in examples],
            list(range(len(examples))),
            segments=segments(batch),
        )

    def output(self, labels: Sequence[str], width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout, a hidden tanh layer if asked for, and one linear layer."""
        from torch import nn

        width = input_width(width, pooling)
        layers: list[nn.Module] = [nn.Dropout(options.dropout)]
        if options.hidden:
            layers += [nn.Linear(width, options.hidden), nn.Tanh(), nn.Dropout(options.dropout)]
        return nn.Sequential(*layers, nn.Linear(options.hidden or width, len(labels)))

    def logits(self, output: nn.Module, states: Tensor, packed: TaskRows, pooling: HeadPooling) -> Tensor:
        """(B, C) from the first or last state, the mean over all tokens, or both sentences compared."""
        import torch

        from xlalign.modeling.pooling import pool_vectors, segment_mean

        rows = packed.count
        if pooling in ("cls", "last"):
            return output(pool_vectors(states, packed, pooling))
        if pooling == "mean":
            return output(segment_mean(states, packed.rows, rows))
        # Row r's two sentences are segments 2r and 2r + 1: tokens of rows [0 0 0 1 1] in sentences [-1 0 1 0 1]
        # are pooled into segments [- 0 1 2 3], and the view (2, 2, D) has u and v of each row side by side.
        inside = packed.segments >= 0
        segment = 2 * packed.rows[inside] + packed.segments[inside]
        u, v = segment_mean(states[inside], segment, 2 * rows).view(rows, 2, -1).unbind(1)
        return output(torch.cat([u, v, (u - v).abs(), u * v], dim=-1))

    def decode(
        self,
        logits: Sequence[np.ndarray],
        encoded: EncodedRows,
        examples: Sequence[LabelledSentences],
        labels: Sequence[str],
    ) -> list[str]:
        """The most likely label of each example."""
        return [labels[int(row.argmax())] for row in logits]


def input_width(width: int, pooling: HeadPooling) -> int:
    """Width of the head's input."""
    return 4 * width if pooling == "pair" else width


def segments(batch: Any) -> list[list[int]]:
    """For each token the sentence it belongs to: 0, 1, or -1 for special tokens."""
    return [[-1 if part is None else part for part in encoding.sequence_ids] for encoding in batch.encodings]


def switched(text: str, switch: SwitchWord) -> str:
    """A text with some of its words (by white space) replaced."""
    return " ".join(switch(word, at) for at, word in enumerate(text.split()))


CLASSIFICATION = Classification()
