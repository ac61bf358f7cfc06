"""One tag per word, predicted at the word's first piece; long sentences are split and joined again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from xlalign.alignment.projection import LabelledSpan, LinkedWords, bio, filled_tags, project_spans, project_tags
from xlalign.errors import DataError
from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import (
    Example,
    LabelSet,
    RawExample,
    Reorder,
    SubmissionForm,
    SwitchWord,
    TunedKind,
    lines_text,
    read_answers,
)
from xlalign.evaluation.metrics.tags import CHUNK_F1, chunks
from xlalign.evaluation.options import FineTuning, HeadPooling
from xlalign.modeling.words import frame_of, word_pieces

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xlalign.evaluation.packed import TaskRows


@dataclass(frozen=True)
class TaggedWords(Example):
    """The words of a sentence and as many tags. `id` is empty where the data give none."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """The words as one sentence."""
        yield " ".join(self.words)


def read_tags(path: Path) -> list[list[str]]:
    """Sentences of tags; each blank line closes a sentence, so two in a row make an empty one."""
    sentences: list[list[str]] = [[]]
    for line in read_answers(path):
        if line:
            sentences[-1].append(line)
        else:
            sentences.append([])
    return sentences if sentences[-1] else sentences[:-1]


def tags_text(sentences: Sequence[Sequence[str]]) -> str:
    """One tag a line and a blank line after each sentence."""
    return "".join(lines_text(sentence) + "\n" for sentence in sentences)


class Tagging(TunedKind[TaggedWords]):
    """The sentence as the tokenizer frames it; the pieces of a word are found by their characters in it."""

    name = "tagging"
    example = TaggedWords
    form = SubmissionForm("tsv", read_tags, read_tags, tags_text)
    scorer = CHUNK_F1
    columns: ClassVar[Mapping[str, str]] = {"words": "words", "tags": "tags"}

    def read(self, raw: RawExample, number: str, labels: LabelSet) -> TaggedWords:
        """Fields words and tags, lists of equal length."""
        words, tags = raw.fields["words"], raw.fields["tags"]
        if len(tags) != len(words):
            raise DataError(f"{raw.place}: {len(tags)} tags for {len(words)} words")
        return TaggedWords(number, tuple(words), tuple(labels.check(raw.place, tag) for tag in tags))

    def gold(self, examples: Sequence[TaggedWords]) -> list[list[str]]:
        """The tags, sentence by sentence."""
        return [list(example.tags) for example in examples]

    def file_text(self, examples: Sequence[TaggedWords]) -> str:
        """`token<TAB>tag` lines, a blank line after each sentence."""
        rows = (zip(example.words, example.tags, strict=True) for example in examples)
        return "".join(lines_text([f"{word}\t{tag}" for word, tag in row]) + "\n" for row in rows)

    def derived(self, example: TaggedWords, reorder: Reorder) -> TaggedWords:
        """Tags move with their words."""
        words, order = reorder(list(example.words))
        return replace(example, words=tuple(words), tags=tuple(example.tags[i] for i in order))

    def with_words(self, example: TaggedWords, switch: SwitchWord) -> TaggedWords:
        """Words under the same tags."""
        return replace(example, words=tuple(switch(word, at) for at, word in enumerate(example.words)))

    def linkable(self, example: TaggedWords, lang: str) -> list[str]:
        """The words that are tagged."""
        return list(example.words)

    def projected(
        self, sources: Sequence[TaggedWords], targets: Sequence[TaggedWords], links: Sequence[LinkedWords]
    ) -> list[TaggedWords | None]:
        """Chunks (IOB2) go as spans, other tags word by word; a word without a link takes its form's usual tag."""
        carried = zip(sources, targets, (linked.alignment for linked in links), strict=True)
        found: list[list[str]]
        if all(map(_chunked, sources)):
            found = [
                bio(project_spans(_spans(one.tags), alignment), len(other.words)) for one, other, alignment in carried
            ]
        else:
            tags = [project_tags(one.tags, alignment, len(other.words)) for one, other, alignment in carried]
            found = filled_tags(tags, [target.words for target in targets], _commonest(sources))
        return [replace(target, tags=tuple(tags)) for target, tags in zip(targets, found, strict=True)]

    def encode(
        self, examples: Sequence[TaggedWords], tokenizer: Any, labels: Sequence[str], options: FineTuning
    ) -> EncodedRows:
        """A row per part of a sentence that fits into `max_length`.

        A word without pieces, or with more than fit, is the unknown token.
        """
        prefix, suffix = frame = frame_of(tokenizer)
        room, unknown = options.max_length - frame.size, [tokenizer.unk_token_id or 0]
        number_of = {label: number for number, label in enumerate(labels)}
        encoded = EncodedRows([], None, [], [])
        pieces = word_pieces([example.words for example in examples], tokenizer)
        for number, example in enumerate(examples):
            words = [ids if 0 < len(ids) <= room else unknown for ids in pieces[number]]
            tags = [number_of[tag] for tag in example.tags]
            for start, end in parts([len(word) for word in words], room):
                encoded.ids.append([*prefix, *chain(*words[start:end]), *suffix])
                encoded.marks.append(first_pieces([len(word) for word in words[start:end]], len(prefix)))
                encoded.labels.append(tags[start:end])
                encoded.origin.append(number)
        return encoded

    def output(self, labels: Sequence[str], width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer."""
        from torch import nn

        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, len(labels)))

    def logits(self, output: nn.Module, states: Tensor, packed: TaskRows, pooling: HeadPooling) -> Tensor:
        """(M, C) at the first pieces of M words."""
        return output(states[packed.marks])

    def split(self, logits: np.ndarray, encoded: EncodedRows, rows: np.ndarray) -> Sequence[np.ndarray]:
        """(words, C) each: rows of 3 and 2 words share 5 scores, cut behind the third."""
        return np.split(logits, np.cumsum([len(encoded.marks[row]) for row in rows])[:-1])

    def decode(
        self, logits: Sequence[np.ndarray], encoded: EncodedRows, examples: Sequence[TaggedWords], labels: Sequence[str]
    ) -> list[list[str]]:
        """The most likely tag of each word, the parts of a sentence joined."""
        tags: list[list[str]] = [[] for _ in examples]
        for row, scores in enumerate(logits):
            tags[encoded.origin[row]] += [labels[tag] for tag in scores.argmax(-1)]
        return tags


def _chunked(example: TaggedWords) -> bool:
    """Whether the tags say where chunks begin (B-PER, I-PER, O)."""
    return all(tag == "O" or tag[1:2] == "-" for tag in example.tags)


def _spans(tags: Sequence[str]) -> list[LabelledSpan]:
    return [LabelledSpan(*chunk) for chunk in sorted(chunks([tags], "legacy"), key=lambda chunk: chunk[1])]


def _commonest(examples: Sequence[TaggedWords]) -> str:
    """The commonest tag, the first seen of equals."""
    counts = Counter(chain.from_iterable(example.tags for example in examples))
    return counts.most_common(1)[0][0] if counts else ""


def parts(lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence of words with these numbers of pieces into [start, end) parts of at most `room` pieces.

    Lengths 2 2 2 in a room of 4: (0, 2) holds the first two words, (2, 3) the third.
    """
    start = used = 0
    for at, length in enumerate(lengths):
        if used + length > room:
            yield start, at
            start, used = at, 0
        used += length
    yield start, len(lengths)


def first_pieces(lengths: Sequence[int], before: int) -> list[int]:
    """Place of each word's first piece: behind one token words of 2, 1 and 3 pieces begin at 1, 3 and 4."""
    return list(accumulate(lengths[:-1], initial=before))


TAGGING = Tagging()
