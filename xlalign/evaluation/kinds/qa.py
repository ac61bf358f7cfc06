"""Answer spans in a context: a start and an end score per piece, windows with a stride over long contexts.

A context of 10 pieces in windows of 6 with a stride of 2 (pieces that neighbours share) is read as

    window 0   0 1 2 3 4 5
    window 1           4 5 6 7 8 9

and the answer 5 6 is labelled in window 1 only; window 0, which holds a part of it, points at [CLS].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xlalign.alignment.projection import LabelledSpan, LinkedWords, project_spans
from xlalign.bitext.segment import spots, words
from xlalign.errors import DataError
from xlalign.evaluation.data.text import read_json
from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import Example, LabelSet, RawExample, SubmissionForm, SwitchWord, TunedKind
from xlalign.evaluation.kinds.classification import switched
from xlalign.evaluation.metrics.answers import SQUAD
from xlalign.evaluation.options import FineTuning, HeadPooling

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xlalign.evaluation.packed import TaskRows

LONGEST_ANSWER = 30
"""Pieces in an answer, at the most (the reference scripts' value)."""
LONGEST_QUESTION = 64
"""Pieces of a question that are read, at the most (the reference scripts' value)."""

Offsets = list[tuple[int, int] | None]


@dataclass(frozen=True)
class AnswerSpan:
    """An answer and the character of the context that it starts at."""

    text: str
    start: int


@dataclass(frozen=True)
class ContextQuestion(Example):
    """A question, the context that answers it, and the right answers."""

    id: str
    context: str
    question: str
    answers: tuple[AnswerSpan, ...]

    def texts(self) -> Iterator[str]:
        """Context and question."""
        yield self.context
        yield self.question


def read_spans(path: Path) -> dict[str, str]:
    """Question id -> answer text.

    Raises:
        DataError: the file is not a JSON object of texts.
    """
    answers = read_json(path)
    if not isinstance(answers, dict) or not all(isinstance(text, str) for text in answers.values()):
        raise DataError(f"{path}: wanted a JSON object of question id to answer text")
    return answers


def read_gold_spans(path: Path) -> dict[str, list[str]]:
    """Question id -> gold answers of a SQuAD file, with or without its outer `data`.

    Raises:
        DataError: the file has another shape.
    """
    document = read_json(path)
    try:
        articles = document.get("data", document) if isinstance(document, dict) else document
        questions = [q for article in articles for paragraph in article["paragraphs"] for q in paragraph["qas"]]
        return {q["id"]: [answer["text"] for answer in q["answers"]] for q in questions}
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not a SQuAD v1.1 file: {error!r}") from error


def spans_text(answers: Mapping[str, str]) -> str:
    """A JSON object, one question a line."""
    return json.dumps(answers, ensure_ascii=False, indent=1) + "\n"


class QuestionAnswering(TunedKind[ContextQuestion]):
    """[CLS] question [SEP] window of the context [SEP]; a window without the answer points at [CLS]."""

    name = "qa"
    example = ContextQuestion
    form = SubmissionForm("json", read_spans, read_gold_spans, spans_text)
    scorer = SQUAD
    labelled = False
    format = "squad"

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> ContextQuestion:
        """Fields id, context, question and answers = {text: [...], answer_start: [...]}, as the hub has SQuAD."""
        fields, answers = raw.fields, raw.fields["answers"]
        spans = zip(answers["text"], answers["answer_start"], strict=True)
        found = tuple(AnswerSpan(text, start) for text, start in spans)
        if not found:
            raise DataError(f"{raw.place}: question {fields['id']} has no answer; wanted at least one")
        return ContextQuestion(fields["id"], fields["context"], fields["question"], found)

    def gold(self, examples: Sequence[ContextQuestion]) -> dict[str, list[str]]:
        """Question id -> every right answer."""
        return {example.id: [answer.text for answer in example.answers] for example in examples}

    def annotation(self, examples: Sequence[ContextQuestion]) -> dict[str, str]:
        """Question id -> the first right answer."""
        return {example.id: example.answers[0].text for example in examples}

    def file_text(self, examples: Sequence[ContextQuestion]) -> str:
        """A SQuAD file, with one paragraph for each context."""
        by_context: dict[str, list[dict[str, Any]]] = {}
        for example in examples:
            answers = [{"text": answer.text, "answer_start": answer.start} for answer in example.answers]
            question = {"id": example.id, "question": example.question, "answers": answers}
            by_context.setdefault(example.context, []).append(question)
        paragraphs = [{"context": context, "qas": questions} for context, questions in by_context.items()]
        document = {"version": "1.1", "data": [{"title": "", "paragraphs": paragraphs}]}
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def with_words(self, example: ContextQuestion, switch: SwitchWord) -> ContextQuestion:
        """Words of the question; the context holds the answer."""
        return replace(example, question=switched(example.question, switch))

    def linkable(self, example: ContextQuestion, lang: str) -> list[str]:
        """The words of the context."""
        return words(example.context, lang)

    def projected(
        self, sources: Sequence[ContextQuestion], targets: Sequence[ContextQuestion], links: Sequence[LinkedWords]
    ) -> list[ContextQuestion | None]:
        """The first answer of each source, where any of its words has a link into the context of the target."""
        return list(map(_projected, sources, targets, links))

    def encode(
        self, examples: Sequence[ContextQuestion], tokenizer: Any, labels: Sequence[str], options: FineTuning
    ) -> EncodedRows:
        """A row per window; extra = character offsets of the context's pieces, None elsewhere."""
        question_room = min(LONGEST_QUESTION, options.max_length // 3)
        batch = tokenizer(
            _shortened([example.question for example in examples], tokenizer, question_room),
            [example.context for example in examples],
            truncation="only_second",
            max_length=options.max_length,
            # [CLS] and three separators take 4. More than half of the rest shared, and a window would be mostly the
            # last one.
            stride=min(options.stride, (options.max_length - question_room - 4) // 2),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        origin = list(batch["overflow_to_sample_mapping"])
        offsets = [_context_offsets(batch, row) for row in range(len(origin))]
        spans = [_span(offsets[row], examples[example].answers[0]) for row, example in enumerate(origin)]
        return EncodedRows(batch["input_ids"], batch.get("token_type_ids"), spans, origin, extra=offsets)

    def output(self, labels: Sequence[str], width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer with two outputs."""
        from torch import nn

        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, 2))

    def logits(self, output: nn.Module, states: Tensor, packed: TaskRows, pooling: HeadPooling) -> Tensor:
        """Start and end scores, (B, T, 2); padding is out of the question."""
        return packed.padded(output(states), -1e4)

    def split(self, logits: np.ndarray, encoded: EncodedRows, rows: np.ndarray) -> Sequence[np.ndarray]:
        """(T, 2) each, without padding."""
        return [scores[: len(encoded.ids[row])] for scores, row in zip(logits, rows, strict=True)]

    def decode(
        self,
        logits: Sequence[np.ndarray],
        encoded: EncodedRows,
        examples: Sequence[ContextQuestion],
        labels: Sequence[str],
    ) -> dict[str, str]:
        """The best span over all windows of each question; question id -> text."""
        best: dict[int, tuple[float, str]] = {}
        for row, scores in enumerate(logits):
            example = encoded.origin[row]
            score, start, end = best_span(scores, encoded.extra[row])
            if example not in best or score > best[example][0]:
                best[example] = score, examples[example].context[start:end].strip()
        return {example.id: best[number][1] for number, example in enumerate(examples)}


def _projected(source: ContextQuestion, target: ContextQuestion, links: LinkedWords) -> ContextQuestion | None:
    answer = source.answers[0]
    ahead, back = (spots(*side) for side in zip(links.words, (source.context, target.context), strict=True))
    inside = [
        place
        for place, (start, end) in enumerate(ahead)
        if start < answer.start + len(answer.text) and end > answer.start
    ]
    if not inside:
        return None
    for _, first, last in project_spans([LabelledSpan("", inside[0], inside[-1])], links.alignment):
        start, end = back[first][0], back[last][1]
        return replace(target, answers=(AnswerSpan(target.context[start:end], start),))
    return None


def best_span(scores: np.ndarray, offsets: Offsets) -> tuple[float, int, int]:
    """The span with the highest start + end score, as (score, first character, character behind the last).

    Args:
        scores: start and end scores, (T, 2).
        offsets: characters of each piece, None outside the context.
    """
    # A piece of no character, as a word-begin mark alone may be, can neither begin nor end an answer.
    inside = [at for at, offset in enumerate(offsets) if offset is not None and offset[1] > offset[0]]
    if not inside:
        return -np.inf, 0, 0
    start, end = scores[inside, 0], scores[inside, 1]
    total = start[:, None] + end[None, :]
    total[~_band(len(inside))] = -np.inf
    # The place of the maximum in the flattened square: of five pieces, 7 is first 1, last 2.
    first, last = divmod(int(total.argmax()), len(inside))
    return float(total[first, last]), offsets[inside[first]][0], offsets[inside[last]][1]  # type: ignore[index]


def _band(count: int) -> np.ndarray:
    """Which (first, last) are answers of allowed length, (count, count): an upper triangle, LONGEST_ANSWER wide."""
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


def _span(offsets: Offsets, answer: AnswerSpan) -> tuple[int, int]:
    """First and last piece of the answer, or (0, 0) where the window does not hold all of it."""
    start, end = answer.start, answer.start + len(answer.text)
    pieces = [at for at, offset in enumerate(offsets) if offset is not None and offset[0] < end and offset[1] > start]
    # A window that begins inside the answer has a first piece, but not the answer's: its offset is beyond the start.
    if not pieces or offsets[pieces[0]][0] > start or offsets[pieces[-1]][1] < end:  # type: ignore[index]
        return 0, 0
    return pieces[0], pieces[-1]


QA = QuestionAnswering()
