"""Which English examples train a model and which choose its checkpoint. Test data never do either."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlalign.errors import DataError
from xlalign.evaluation.cell_settings import Tuning
from xlalign.evaluation.data.mixing import mixed
from xlalign.evaluation.data.parts import ENGLISH, Part
from xlalign.evaluation.data.source import Source
from xlalign.evaluation.tasks.base import Example

HELD_OUT = 10
"""One tenth of the training data becomes dev where a task has no English dev of its own."""


@dataclass(frozen=True)
class English:
    """English training and dev data; `held_out` says that dev was taken from train."""

    train: list[Example]
    dev: list[Example]
    held_out: bool


class TrainingData:
    """The data of one fine-tuning.

    Args:
        tuning: the fine-tuning.
        stored: a folder with examples stored before, or None.
    """

    def __init__(self, tuning: Tuning, stored: Path | None = None) -> None:
        self._tuning = tuning
        self._task = tuning.trained_task()
        self._source = Source(tuning.data, stored)

    def english(self) -> English:
        """English data to train on and to choose by.

        Dev is the task's English dev split. Where there is none, or where it trains or is tested on, a tenth of
        train is held out by a hash of its text, so that items sharing a premise or a context stay together.
        """
        train = self._train(ENGLISH)
        if self._own_dev():
            dev = self._source.load(self._task, ENGLISH, "dev", self._tuning.dev_examples)
            return English(self._mixed(train, range(len(train))), dev, held_out=False)
        kept = [row for row, example in enumerate(train) if not _held_out(example)]
        dev = [example for example in train if _held_out(example)]
        return English(self._mixed(train, kept), dev[: self._tuning.dev_examples or None], held_out=True)

    def parts(self) -> Iterator[Part]:
        """Everything that is read."""
        tuning = self._tuning
        for lang in (ENGLISH, *(tuning.mixing.languages if tuning.mixing else ())):
            yield Part(self._source, self._task, lang, tuning.split, tuning.train_examples)
        if self._own_dev():
            yield Part(self._source, self._task, ENGLISH, "dev", tuning.dev_examples)

    def _train(self, lang: str) -> list[Example]:
        return self._source.load(self._task, lang, self._tuning.split, self._tuning.train_examples)

    def _mixed(self, train: list[Example], rows: Sequence[int]) -> list[Example]:
        """The training rows, with those of other languages where they are asked for."""
        english = [train[row] for row in rows]
        if self._tuning.mixing is None:
            return english
        loaded = {lang: self._train(lang) for lang in self._tuning.mixing.languages}
        for lang, examples in loaded.items():
            if len(examples) != len(train):
                raise DataError(
                    f"{len(examples)} training examples of {self._task.name} in {lang!r} for {len(train)} in "
                    "English; wanted their translations, line by line"
                )
        others = {lang: [examples[row] for row in rows] for lang, examples in loaded.items()}
        return mixed(english, others, self._tuning.mixing, self._task)

    def _own_dev(self) -> bool:
        taken = self._tuning.held_out or self._tuning.split == "dev"
        return not taken and self._source.has(self._task, ENGLISH, "dev")


def _held_out(example: Example) -> bool:
    text = next(example[key] for key in ("context", "first", "words") if key in example)
    key = text if isinstance(text, str) else " ".join(text)
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % HELD_OUT == 0
