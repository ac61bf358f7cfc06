"""Which examples train, choose and test in a cell. Test data never train or choose anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.errors import DataError
from xlalign.evaluation.data.mixing import mixed
from xlalign.evaluation.data.source import Source
from xlalign.evaluation.settings import CellSettings
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.base import Example, Task

ENGLISH = "en"
PAIRS = "tatoeba"
"""The task whose dev pairs choose layer and pooling of retrieval."""

HELD_OUT = 10
"""One tenth of the training data becomes dev where a task has no English dev of its own."""


class Part(NamedTuple):
    """One set of examples that a cell reads."""

    task: Task
    lang: str
    split: str
    limit: int


@dataclass(frozen=True)
class English:
    """English training and dev data; `held_out` says that dev was taken from train."""

    train: list[Example]
    dev: list[Example]
    held_out: bool


class CellData:
    """The data of one cell.

    Args:
        cell: the cell's settings.
        stored: a folder with examples stored before, or None.
    """

    def __init__(self, cell: CellSettings, stored: Path | None = None) -> None:
        self._cell = cell
        self.task: Task = cell.custom.task(cell.task) if cell.custom else TASKS.get(cell.task)
        self._source = Source(cell.data, stored)
        self._train_task: Task = TASKS.get(cell.train_task) if cell.train_task else self.task
        self._train_source = Source(cell.train_data or cell.data, stored)

    def languages(self) -> list[str]:
        """The languages to test in; not English where its tested split is what was trained on."""
        found = self._source.languages(self.task, self._cell.split, self._cell.languages)
        trained_on = self._cell.train_split == self._cell.split and self._train_task.name == self.task.name
        return [lang for lang in found if not (trained_on and lang == ENGLISH)]

    def english(self) -> English:
        """English data to train on and to choose by.

        Dev is the task's English dev split. Where there is none, or where it trains or is tested on, a tenth of
        train is held out by a hash of its text, so that items sharing a premise or a context stay together.
        """
        train = self._train(ENGLISH)
        if self._own_dev():
            dev = self._train_source.load(self._train_task, ENGLISH, "dev", self._cell.dev_examples)
            return English(self._mixed(train, range(len(train))), dev, held_out=False)
        kept = [row for row, example in enumerate(train) if not _held_out(example)]
        dev = [example for example in train if _held_out(example)]
        return English(self._mixed(train, kept), dev[: self._cell.dev_examples or None], held_out=True)

    def _train(self, lang: str) -> list[Example]:
        return self._train_source.load(self._train_task, lang, self._cell.train_split, self._cell.train_examples)

    def _mixed(self, train: list[Example], rows: Sequence[int]) -> list[Example]:
        """The training rows, with those of other languages where the cell asks for them."""
        english = [train[row] for row in rows]
        if self._cell.mixing is None:
            return english
        loaded = {lang: self._train(lang) for lang in self._cell.mixing.languages}
        for lang, examples in loaded.items():
            if len(examples) != len(train):
                raise DataError(
                    f"{len(examples)} training examples of {self._train_task.name} in {lang!r} for {len(train)} in "
                    "English; wanted their translations, line by line"
                )
        others = {lang: [examples[row] for row in rows] for lang, examples in loaded.items()}
        return mixed(english, others, self._cell.mixing, self._train_task)

    def tested(self, lang: str) -> list[Example]:
        """The examples to be tested on in one language."""
        examples = self._source.load(self.task, lang, self._cell.split, self._cell.test_examples)
        return [_half(examples[0], 1)] if self._halved() else examples

    def notes(self, lang: str, count: int) -> list[str]:
        """What a reader should know about the tested data: here, that they are not as many as were published."""
        published = self.task.test_items
        whole = self._source.scheme != "micro" and not self._cell.test_examples and self._cell.split == "test"
        if not whole or published in (0, count):
            return []
        return [f"{lang}: {count} test items; {published} were published"]

    def tuning(self, lang: str) -> list[Example]:
        """Mining data to tune a threshold on: the dev split, or the half of it that is not tested on."""
        examples = self._source.load(self.task, lang, "dev", self._cell.dev_examples)
        return [_half(examples[0], 0)] if self._halved() else examples

    def held_out_pairs(self) -> list[list[Example]]:
        """Translation pairs of every language that are tested on nowhere; none where the source has no such split."""
        pairs = TASKS.get(PAIRS)
        if self._source.scheme != "micro":
            return []
        langs = self._source.languages(pairs, "dev", ())
        return [self._source.load(pairs, lang, "dev", self._cell.dev_examples) for lang in langs]

    def parts(self) -> Iterator[Part]:
        """Everything the cell reads."""
        cell, langs = self._cell, self.languages()
        for lang in langs:
            yield Part(self.task, lang, cell.split, cell.test_examples)
        if self.task.tuned:
            yield Part(self._train_task, ENGLISH, cell.train_split, cell.train_examples)
            if self._own_dev():
                yield Part(self._train_task, ENGLISH, "dev", cell.dev_examples)
            for lang in cell.mixing.languages if cell.mixing else ():
                yield Part(self._train_task, lang, cell.train_split, cell.train_examples)
            return
        if self.task.kind == "mining":
            yield from (Part(self.task, lang, "dev", cell.dev_examples) for lang in langs)
        if self._source.scheme == "micro":
            for lang in self._source.languages(TASKS.get(PAIRS), "dev", ()):
                yield Part(TASKS.get(PAIRS), lang, "dev", cell.dev_examples)

    def store(self) -> None:
        """Write everything the cell reads into the folder of stored examples."""
        for part in self.parts():
            train = self.task.tuned and part.split in (self._cell.train_split, "dev")
            source = self._train_source if train else self._source
            source.store(part.task, part.lang, part.split, part.limit)

    def pins(self) -> dict[str, str]:
        """What identifies the data read from outside: digests of files, or data set and revision of the hub."""
        return dict([*self._source.pins(self.task), *self._train_source.pins(self._train_task)])

    def _own_dev(self) -> bool:
        taken = "dev" in (self._cell.train_split, self._cell.split)
        return not taken and self._train_source.has(self._train_task, ENGLISH, "dev")

    def _halved(self) -> bool:
        return self.task.kind == "mining" and self._cell.split == "dev"


def digest(examples: Sequence[Any]) -> str:
    """First 16 hex digits of the SHA-256 of the examples: what a signature names as the data."""
    text = json.dumps(examples, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _held_out(example: Example) -> bool:
    text = next(example[key] for key in ("context", "first", "words") if key in example)
    key = text if isinstance(text, str) else " ".join(text)
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % HELD_OUT == 0


def _half(example: Example, wanted: int) -> Example:
    """One half of a mining example, split by a hash of the source id."""

    def inside(key: str) -> bool:
        return hashlib.sha256(key.encode()).digest()[0] & 1 == wanted

    source = [row for row in example["source"] if inside(row[0])]
    gold = [pair for pair in example["gold"] if inside(pair[0])]
    return {"source": source, "target": example["target"], "gold": gold}
