"""Where task data lie: the contract of a scheme, the micro-world, and a folder of files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

from xlalign.artifacts.digest import digest_file
from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.formats import read_files
from xlalign.evaluation.kinds.base import Example
from xlalign.evaluation.tasks.base import Task
from xlalign.micro.digest import Split

T = TypeVar("T")


class DataScheme(ABC):
    """Task data of one scheme, `SCHEME:PLACE`.

    Args:
        place: the part of the URI behind the colon.

    Attributes:
        published: its test sets are those that were published, so their sizes can be compared.
    """

    published = True

    def __init__(self, place: str) -> None:
        self.place = place

    @abstractmethod
    def load(self, task: Task, lang: str, split: str, count: int) -> list[Example]:
        """Examples of one language and split, at the most `count` of them (0 = all).

        Raises:
            DataError: the data are missing or malformed (the message says where).
        """

    @abstractmethod
    def has(self, task: Task, lang: str, split: str) -> bool:
        """Whether there are such data, as far as can be told without loading them."""

    def known(self, task: Task) -> list[str]:
        """The languages that a task can have here."""
        return list(task.languages)

    def languages(self, task: Task, split: str, wanted: Sequence[str]) -> list[str]:
        """The languages to test in: those wanted that the task has, or all that are here.

        Raises:
            DataError: none is there, or one that is wanted is not.
        """
        known = self.known(task)
        found = [lang for lang in known if self.has(task, lang, split)]
        if not found:
            self.load(task, known[0], split, 0)
        chosen = [lang for lang in wanted if lang in known] or found
        if missing := [lang for lang in chosen if lang not in found]:
            raise DataError(
                f"{self}: no {split} data of {task.name} in {', '.join(missing)}; found: {', '.join(found)}"
            )
        return chosen

    def pins(self, task: Task, lang: str, split: str) -> Iterator[tuple[str, str]]:
        """Name and digest of everything outside that is read; nothing where the place says all."""
        yield from ()


DEFAULT_COUNTS: dict[Split, int] = {"train": 24_000, "dev": 1_000, "test": 1_000}


class MicroWorld(DataScheme):
    """`micro:SEED`: any number of examples of the embedded micro-world, labels known from the meaning."""

    published = False

    def __str__(self) -> str:
        return f"micro:{self.place}"

    @property
    def seed(self) -> int:
        """The world's seed in `micro:SEED` or `micro:world=SEED`; `micro:` is world 0.

        Raises:
            UserError: it is not a number.
        """
        seed = self.place.removeprefix("world=")
        if seed and not seed.isdecimal():
            raise UserError(f"data source `micro:{self.place}`", "use micro: or micro:world=SEED with a whole number")
        return int(seed or 0)

    def load(self, task: Task, lang: str, split: str, count: int) -> list[Example]:
        """The first `count` examples (0 = the default) of a split."""
        part = cast("Split", split)
        drawn = _drawn(task.name, self.seed, lang, part, count or DEFAULT_COUNTS[part])
        return [task.handler.from_json(row) for row in drawn]

    def has(self, task: Task, lang: str, split: str) -> bool:
        """Every split of every language."""
        return lang in self.known(task)

    def known(self, task: Task) -> list[str]:
        """The languages of the micro-world; tasks on pairs have each but English, which is the other side."""
        from xlalign.micro.grammar import GRAMMARS

        found = [lang for lang in GRAMMARS if not (task.handler.paired and lang == "en")]
        return [lang for lang in found if lang in task.languages] if task.only else found


@lru_cache(maxsize=32)
def _drawn(task: str, seed: int, lang: str, split: Split, count: int) -> tuple[dict[str, Any], ...]:
    from xlalign.micro import tasks
    from xlalign.micro.world import World

    return tuple(tasks.examples(World(seed), task, lang, split, count))


class TaskFolder(DataScheme):
    """`folder:PATH`: XTREME's download layout and simple layouts beside it."""

    _ENDINGS = ("", ".xz", ".gz", ".bz2")

    def __str__(self) -> str:
        return f"folder:{self.place}"

    def load(self, task: Task, lang: str, split: str, count: int) -> list[Example]:
        """Read all, take `count` evenly spread over them."""
        found = self.locate(task, lang, split)
        if found is None:
            tried = ", or ".join(" + ".join(layout) for layout in task.layouts(lang, split))
            raise DataError(
                f"no {split} data of {task.name} in {lang!r} below {Path(self.place)}; "
                f"looked for: {tried or 'nothing'}",
                "check --data, name fewer languages, or use data = 'hub:'",
            )
        examples = task.handler.read_all(read_files(found, lang, task), task.label_set)
        return evenly_spread(filled(examples, self, task, lang, split), count)

    def has(self, task: Task, lang: str, split: str) -> bool:
        """Whether all files of some layout are there."""
        return self.locate(task, lang, split) is not None

    def pins(self, task: Task, lang: str, split: str) -> Iterator[tuple[str, str]]:
        """The digest of every file."""
        for path in chain.from_iterable(self.locate(task, lang, split) or ()):
            yield f"data.{task.name}.{path.name}", digest_file(path)

    def locate(self, task: Task, lang: str, split: str) -> list[list[Path]] | None:
        """The files of the first layout that is complete: one list of files per role (text, gold, ...)."""
        for layout in task.layouts(lang, split):
            roles = [self._matches(pattern) for pattern in layout]
            if all(roles):
                return roles
        return None

    def _matches(self, pattern: str) -> list[Path]:
        # Plain files first: who unpacked one and mended it means that one.
        for ending in self._ENDINGS:
            if found := sorted(Path(self.place).glob(pattern + ending)):
                return found
        return []


def filled(examples: list[Example], scheme: DataScheme, task: Task, lang: str, split: str) -> list[Example]:
    """The examples, unless there are none."""
    if not examples:
        raise DataError(f"{scheme}: {split} data of {task.name} in {lang!r} are empty")
    return examples


def evenly_spread(examples: list[T], count: int) -> list[T]:
    """At the most `count` (0 = all) of the examples: of ten, four are numbers 0, 2, 5 and 7.

    The rows taken depend on the numbers alone, so translated sets stay parallel, and sorted ones balanced.
    """
    total = len(examples)
    return [examples[number * total // count] for number in range(count)] if 0 < count < total else examples
