"""Where task data come from: `micro:SEED`, `folder:PATH`, `hub:`, `synthetic:URI`, or files that were stored before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from xlalign.artifacts.digest import digest_file
from xlalign.errors import DataError, UserError
from xlalign.evaluation.data import derived, folder, hub, micro
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.tasks.base import Example, Task

SCHEMES = ("micro", "folder", "hub", "synthetic")


@dataclass(frozen=True)
class Source:
    """One source of task data.

    Args:
        uri: scheme and place.
        stored: a folder with examples that `store` wrote; they are read instead of drawn again.
    """

    uri: str
    stored: Path | None = None

    @property
    def scheme(self) -> str:
        """The part before the colon.

        Raises:
            UserError: it is not known.
        """
        scheme = self.uri.partition(":")[0]
        if scheme not in SCHEMES or ":" not in self.uri:
            raise UserError(f"unknown data source `{self.uri}`", "use micro:SEED, folder:PATH, hub: or synthetic:URI")
        return scheme

    @property
    def place(self) -> str:
        """The part behind the colon."""
        return self.uri.partition(":")[2]

    def load(self, task: Task, lang: str, split: str, count: int = 0) -> list[Example]:
        """Examples of one language and split; when `count` is not 0 at the most so many, evenly spread over all.

        The rows taken depend on the numbers alone, so translated sets stay parallel, and sorted ones balanced.

        Raises:
            DataError: the data are missing, malformed or empty.
        """
        file = self._file(task, lang, split)
        if file is not None and file.exists():
            return [json.loads(line) for line in read_lines(file)]
        if self.scheme == "micro":
            return micro.examples(task, micro.seed_of(self.place), lang, split, count)
        if self.scheme == "synthetic":
            steps = derived.steps_of(self.place, lang)
            return [derived.derive(task, example, steps) for example in self._under().load(task, "en", split, count)]
        found = self._all(task, lang, split)
        if not found:
            raise DataError(f"{self.uri}: {split} data of {task.name} in {lang!r} are empty")
        return _spread(found, count) if count and task.kind != "mining" else found

    def store(self, task: Task, lang: str, split: str, count: int = 0) -> None:
        """Load examples and write them where later calls find them."""
        file = self._file(task, lang, split)
        if file is None:
            raise UserError(f"{self.uri}: no folder to store {task.name} in")
        lines = (json.dumps(example, ensure_ascii=False) for example in self.load(task, lang, split, count))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def has(self, task: Task, lang: str, split: str) -> bool:
        """Whether the source has such data, as far as can be told without loading them."""
        if self.scheme == "folder":
            return folder.locate(task, Path(self.place), lang, split) is not None
        if self.scheme == "hub":
            return task.hub is not None and split in task.hub.splits
        if self.scheme == "synthetic":
            return self._under().has(task, "en", split)
        return lang in micro.languages(task)

    def known(self, task: Task) -> list[str]:
        """The languages that a task can have in this source."""
        return micro.languages(task) if self.scheme == "micro" else list(task.languages)

    def languages(self, task: Task, split: str, wanted: Sequence[str]) -> list[str]:
        """The languages to test in: those wanted that the task has, or all that the source has.

        Raises:
            DataError: none is there, or one that is wanted is not.
        """
        if self.scheme == "synthetic":
            return list(wanted) or ["en"]
        known = self.known(task)
        found = [lang for lang in known if self.has(task, lang, split)]
        if not found:
            self.load(task, known[0], split)
        chosen = [lang for lang in wanted if lang in known] or found
        if missing := [lang for lang in chosen if lang not in found]:
            raise DataError(
                f"{self.uri}: no {split} data of {task.name} in {', '.join(missing)}; found: {', '.join(found)}"
            )
        return chosen

    def pins(self, task: Task, lang: str, split: str) -> Iterator[tuple[str, str]]:
        """Name and digest of every file of a part, or data set and revision of the hub; the micro-world has none."""
        if self.scheme == "synthetic":
            yield from self._under().pins(task, "en", split)
        if self.scheme == "hub" and task.hub:
            yield f"data.{task.name}", f"{task.hub.dataset}@{task.hub.revision}"
        if self.scheme == "folder":
            for path in chain.from_iterable(folder.locate(task, Path(self.place), lang, split) or ()):
                yield f"data.{task.name}.{path.name}", digest_file(path)

    def _under(self) -> Source:
        """The source whose English is derived."""
        return Source(derived.parts(self.place)[1])

    def _all(self, task: Task, lang: str, split: str) -> list[Example]:
        if self.scheme == "folder":
            return folder.examples(task, Path(self.place), lang, split)
        return hub.examples(task, lang, split)

    def _file(self, task: Task, lang: str, split: str) -> Path | None:
        return self.stored / f"{task.name}.{split}.{lang}.jsonl" if self.stored else None


def _spread(examples: list[Example], count: int) -> list[Example]:
    total = len(examples)
    return [examples[number * total // count] for number in range(min(count, total))] if count < total else examples
