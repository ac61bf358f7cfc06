"""Which examples train a model, which choose its checkpoint, and which test it. Test data never do the first two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlalign.errors import DataError
from xlalign.evaluation.cell import TestSet, TrainingSet
from xlalign.evaluation.data.mixing import mixed
from xlalign.evaluation.data.projecting import LanguageCodes, project
from xlalign.evaluation.data.source import DataPart, TaskSource
from xlalign.evaluation.kinds.base import ComparedKind, Example
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.languages import ENGLISH

HELD_OUT = 10
"""One tenth of the training data becomes dev where a task has no English dev of its own."""

PAIRS = "tatoeba"
"""The task whose dev pairs choose layer and pooling of retrieval."""


@dataclass(frozen=True)
class EnglishData:
    """Training and dev data; `held_out` says that dev was taken from train."""

    train: list[Example]
    dev: list[Example]
    held_out: bool


class TrainingData:
    """The data of one fine-tuning.

    Args:
        wanted: which examples.
        stored: a folder with examples stored before, or None.
    """

    def __init__(self, wanted: TrainingSet, stored: Path | None = None) -> None:
        self._wanted = wanted
        self.task = wanted.resolved()
        self._source = TaskSource(wanted.data, stored)

    def english(self) -> EnglishData:
        """English data to train on and to choose by.

        Dev is the task's English dev split. Where there is none, or where it trains or is tested on, a tenth of
        train is held out by a hash of its text, so that items sharing a premise or a context stay together.
        """
        train = self._train(ENGLISH)
        if self._own_dev():
            dev = self._source.load(self.task, ENGLISH, "dev", self._wanted.dev_examples)
            return EnglishData(self._mixed(train, range(len(train))), dev, held_out=False)
        kept = [row for row, example in enumerate(train) if not _held_out(example)]
        dev = [example for example in train if _held_out(example)]
        return EnglishData(self._mixed(train, kept), dev[: self._wanted.dev_examples or None], held_out=True)

    def parts(self) -> Iterator[DataPart]:
        """Everything that is read."""
        wanted = self._wanted
        for lang in (ENGLISH, *(wanted.mixing.languages if wanted.mixing else ())):
            yield DataPart(self._source, self.task, lang, wanted.split, wanted.train_examples)
        if self._own_dev():
            yield DataPart(self._source, self.task, ENGLISH, "dev", wanted.dev_examples)

    def _train(self, lang: str) -> list[Example]:
        return self._source.load(self.task, lang, self._wanted.split, self._wanted.train_examples)

    def _mixed(self, train: list[Example], rows: Sequence[int]) -> list[Example]:
        """The training rows, with those of other languages where they are asked for."""
        english = [train[row] for row in rows]
        if self._wanted.mixing is None:
            return english
        loaded = {lang: self._train(lang) for lang in self._wanted.mixing.languages}
        for lang, examples in loaded.items():
            if len(examples) != len(train):
                raise DataError(
                    f"{len(examples)} training examples of {self.task.name} in {lang!r} for {len(train)} in "
                    "English; wanted their translations, line by line"
                )
        labelled = {lang: self._labelled(train, examples, lang) for lang, examples in loaded.items()}
        others = {
            lang: [example for row in rows if (example := examples[row]) is not None]
            for lang, examples in labelled.items()
        }
        return mixed(english, others, self._wanted.mixing, self.task)

    def _labelled(self, train: list[Example], translations: list[Example], lang: str) -> Sequence[Example | None]:
        """The translations with their own labels, or with those of the English examples; None where these are lost."""
        aligner = self._wanted.mixing.projection if self._wanted.mixing else ""
        if not aligner:
            return translations
        return project(self.task, train, translations, LanguageCodes(ENGLISH, lang), aligner)

    def _own_dev(self) -> bool:
        taken = self._wanted.held_out or self._wanted.split == "dev"
        return not taken and self._source.scheme.has(self.task, ENGLISH, "dev")


def _held_out(example: Example) -> bool:
    # A hash and not a draw: the same text is held out in every task, order and size of the data, and all questions on
    # one context fall on one side. Example numbers would put neighbours with the same premise on both.
    key = example.shared_text()
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % HELD_OUT == 0


class TestData:
    """The test data of one cell, and what comparing vectors needs besides.

    Args:
        wanted: which examples.
        stored: a folder with examples stored before, or None.
    """

    __test__ = False

    def __init__(self, wanted: TestSet, stored: Path | None = None) -> None:
        self._wanted = wanted
        self.task = wanted.resolved()
        self._source = TaskSource(wanted.data, stored)

    def languages(self) -> list[str]:
        """The languages to test in."""
        found = self._source.scheme.languages(self.task, self._wanted.split, self._wanted.languages)
        return [lang for lang in found if lang != ENGLISH or self._wanted.english]

    def tested(self, lang: str) -> list[Example]:
        """The examples to be tested on in one language."""
        return self.task.handler.tested(self._tested(lang).load(), self._wanted.split)

    def tuned_on(self, lang: str) -> list[Example]:
        """The examples of a language's dev split that a threshold is chosen by; none where the kind has none."""
        kind = self.task.handler
        if not isinstance(kind, ComparedKind) or not kind.tunes_on_dev:
            return []
        return kind.tuned_on(self._dev(lang).load(), self._wanted.split)

    def held_out_pairs(self) -> list[list[Example]]:
        """Translation pairs of every language that are tested on nowhere; none where the source has no such split."""
        return [part.load() for part in self._pairs()]

    def notes(self, lang: str, count: int) -> list[str]:
        """What a reader should know about the tested data: here, that they are not as many as were published."""
        wanted, published = self._wanted, self.task.test_items
        whole = self._source.scheme.published and not wanted.test_examples and wanted.split == "test"
        if not whole or published in (0, count):
            return []
        return [f"{lang}: {count} test items; {published} were published"]

    def parts(self) -> Iterator[DataPart]:
        """Everything that is read."""
        kind, langs = self.task.handler, self.languages()
        yield from map(self._tested, langs)
        if isinstance(kind, ComparedKind):
            if kind.tunes_on_dev:
                yield from map(self._dev, langs)
            yield from self._pairs()

    def _tested(self, lang: str) -> DataPart:
        return DataPart(self._source, self.task, lang, self._wanted.split, self._wanted.test_examples)

    def _dev(self, lang: str) -> DataPart:
        return DataPart(self._source, self.task, lang, "dev", self._wanted.dev_examples)

    def _pairs(self) -> Iterator[DataPart]:
        pairs, scheme = TASKS.get(PAIRS), self._source.scheme
        for lang in scheme.known(pairs):
            if scheme.has(pairs, lang, "dev"):
                yield DataPart(self._source, pairs, lang, "dev", self._wanted.dev_examples)
