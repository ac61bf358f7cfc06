"""One tag per word, predicted at the word's first piece; long sentences are split and joined again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.evaluation.cell_settings import FineTuning, HeadPooling
from xlalign.evaluation.encoding import Encoded, Packed
from xlalign.evaluation.tasks.base import Example, Task

Pieces = list[int]


class Tagging:
    """[CLS] pieces [SEP]; every word is tokenised by itself."""

    def encode(self, examples: Sequence[Example], tokenizer: Any, task: Task, options: FineTuning) -> Encoded:
        """A row per part of a sentence that fits into `max_length`."""
        pieces = word_pieces({word for example in examples for word in example["words"]}, tokenizer, options.max_length)
        encoded = Encoded([], None, [], [])
        for number, example in enumerate(examples):
            words = [pieces[word] for word in example["words"]]
            tags = [task.labels.index(tag) for tag in example["tags"]]
            for start, end in parts([len(word) for word in words], options.max_length - 2):
                encoded.ids.append([tokenizer.cls_token_id, *chain(*words[start:end]), tokenizer.sep_token_id])
                encoded.marks.append(first_pieces([len(word) for word in words[start:end]]))
                encoded.labels.append(tags[start:end])
                encoded.origin.append(number)
        return encoded

    def output(self, task: Task, width: int, options: FineTuning, pooling: HeadPooling) -> nn.Module:
        """Dropout and one linear layer."""
        return nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, len(task.labels)))

    def logits(self, output: nn.Module, states: Tensor, packed: Packed, pooling: HeadPooling) -> Tensor:
        """(M, C) at the first pieces."""
        return output(states[packed.marks])

    def split(self, logits: np.ndarray, encoded: Encoded, rows: np.ndarray) -> Sequence[np.ndarray]:
        """(words, C) each."""
        return np.split(logits, np.cumsum([len(encoded.marks[row]) for row in rows])[:-1])

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the words."""
        return F.cross_entropy(logits, labels), len(labels)

    def decode(
        self, logits: Sequence[np.ndarray], encoded: Encoded, examples: Sequence[Example], task: Task
    ) -> list[list[str]]:
        """The most likely tag of each word, the parts of a sentence joined."""
        tags: list[list[str]] = [[] for _ in examples]
        for row, scores in enumerate(logits):
            tags[encoded.origin[row]] += [task.labels[tag] for tag in scores.argmax(-1)]
        return tags


def word_pieces(words: set[str], tokenizer: Any, longest: int) -> dict[str, Pieces]:
    """Token ids of every distinct word; a word without pieces, or with more than fit, is the unknown token."""
    ordered = sorted(words)
    found = tokenizer(ordered, add_special_tokens=False)["input_ids"] if ordered else []
    unknown = [tokenizer.unk_token_id]
    return {word: ids if 0 < len(ids) <= longest - 2 else unknown for word, ids in zip(ordered, found, strict=True)}


def parts(lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence of words with these numbers of pieces into [start, end) parts of at most `room` pieces."""
    start = used = 0
    for at, length in enumerate(lengths):
        if used + length > room:
            yield start, at
            start, used = at, 0
        used += length
    yield start, len(lengths)


def first_pieces(lengths: Sequence[int]) -> list[int]:
    """Place of each word's first piece behind [CLS], from the words' numbers of pieces."""
    return list(accumulate(lengths[:-1], initial=1))


KIND = Tagging()
