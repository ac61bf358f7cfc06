"""Which examples a cell is tested on, and the dev data of tasks without fine-tuning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from xlalign.evaluation.cell_settings import CellSettings
from xlalign.evaluation.data.parts import ENGLISH, Part
from xlalign.evaluation.data.source import Source
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.base import Example, Task

PAIRS = "tatoeba"
"""The task whose dev pairs choose layer and pooling of retrieval."""


class TestedData:
    """The test data of one cell.

    Args:
        cell: the cell's settings.
        stored: a folder with examples stored before, or None.
    """

    __test__ = False

    def __init__(self, cell: CellSettings, stored: Path | None = None) -> None:
        self._cell = cell
        self.task: Task = cell.tested_task()
        self._source = Source(cell.data, stored)

    def languages(self) -> list[str]:
        """The languages to test in; not English where its tested split is what was trained on."""
        cell = self._cell
        found = self._source.languages(self.task, cell.split, cell.languages)
        trained_on = cell.train_split == cell.split and cell.train_task in ("", cell.task)
        return [lang for lang in found if not (trained_on and lang == ENGLISH)]

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

    def threshold_pairs(self, lang: str) -> list[Example]:
        """Mining data to tune a threshold on: the dev split, or the half of it that is not tested on."""
        examples = self._source.load(self.task, lang, "dev", self._cell.dev_examples)
        return [_half(examples[0], 0)] if self._halved() else examples

    def held_out_pairs(self) -> list[list[Example]]:
        """Translation pairs of every language that are tested on nowhere; none where the source has no such split."""
        return [part.source.load(*part[1:]) for part in self._pairs()]

    def parts(self) -> Iterator[Part]:
        """Everything the cell reads besides training data."""
        cell, langs = self._cell, self.languages()
        for lang in langs:
            yield Part(self._source, self.task, lang, cell.split, cell.test_examples)
        if self.task.kind == "mining":
            yield from (Part(self._source, self.task, lang, "dev", cell.dev_examples) for lang in langs)
        if not self.task.tuned:
            yield from self._pairs()

    def _pairs(self) -> Iterator[Part]:
        pairs = TASKS.get(PAIRS)
        for lang in self._source.known(pairs):
            if self._source.has(pairs, lang, "dev"):
                yield Part(self._source, pairs, lang, "dev", self._cell.dev_examples)

    def _halved(self) -> bool:
        return self.task.kind == "mining" and self._cell.split == "dev"


def _half(example: Example, wanted: int) -> Example:
    """One half of a mining example, split by a hash of the source id."""

    def inside(key: str) -> bool:
        return hashlib.sha256(key.encode()).digest()[0] & 1 == wanted

    source = [row for row in example["source"] if inside(row[0])]
    gold = [pair for pair in example["gold"] if inside(pair[0])]
    return {"source": source, "target": example["target"], "gold": gold}
