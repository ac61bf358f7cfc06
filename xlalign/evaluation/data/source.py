"""One source of task data by its URI, and the examples of it that a stage reads, stores and pins as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from xlalign.bitext.sources.synthetic import SyntheticSource
from xlalign.errors import UserError
from xlalign.evaluation.data.hub import HubScheme
from xlalign.evaluation.data.schemes import DataScheme, MicroWorld, TaskFolder
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.kinds.base import Example
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.languages import ENGLISH
from xlalign.files import write_json

STORED_KINDS = "kinds.json"


class DerivedEnglish(DataScheme):
    """Languages derived from English, as ALIGN-MLM tests them (arXiv 2211.08547, section 4).

        synthetic:micro:7              `en`, and `en_trans`, `en_inv`, `en_trans_inv`, ... on request
        synthetic:trans.inv=micro:7    the derived language under the name `en`: fine-tuned and tested in it

    Words of a tagged sentence move with their tags; of a sentence pair each sentence is derived on its own. How words
    change is `xlalign.bitext.sources.synthetic`.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        # synthetic:trans.inv=micro:7 has its steps before the "=", and synthetic:micro:world=7 has none: a step has no
        # ":".
        steps, equals, uri = place.partition("=")
        self._always, below = (steps, uri) if equals and ":" not in steps else ("", place)
        self._below = scheme_of(below)
        self.published = self._below.published

    def __str__(self) -> str:
        return f"synthetic:{self.place}"

    def load(self, task: Task, lang: str, split: str, count: int) -> list[Example]:
        """English examples, derived.

        Raises:
            UserError: the language is not derived from English, or the kind of task has no derivation.
        """
        steps, english = self._steps(lang), self._below.load(task, ENGLISH, split, count)
        if not steps:
            return english
        source = SyntheticSource(rest=steps)
        return [task.handler.derived(example, source.derive) for example in english]

    def has(self, task: Task, lang: str, split: str) -> bool:
        """Whether English has them."""
        return self._below.has(task, ENGLISH, split)

    def known(self, task: Task) -> list[str]:
        """The languages of the task."""
        return self._below.known(task)

    def languages(self, task: Task, split: str, wanted: Sequence[str]) -> list[str]:
        """Those wanted, or English."""
        return list(wanted) or [ENGLISH]

    def pins(self, task: Task, lang: str, split: str) -> Iterator[tuple[str, str]]:
        """Those of the English data."""
        yield from self._below.pins(task, ENGLISH, split)

    def _steps(self, lang: str) -> str:
        """The derivation that gives `lang`: "trans.inv", or "" for English as it is."""
        if lang == ENGLISH:
            return self._always
        prefix = f"{ENGLISH}_"
        if self._always or not lang.startswith(prefix):
            raise UserError(f"`{self}` has no {lang}", "it has en, and derivations of it such as en_trans_inv")
        # en_trans_inv is trans.inv: a code of a language has no dot, and the steps no underscore.
        return lang.removeprefix(prefix).replace("_", ".")


SCHEMES: dict[str, type[DataScheme]] = {
    "micro": MicroWorld,
    "folder": TaskFolder,
    "hub": HubScheme,
    "synthetic": DerivedEnglish,
}


def scheme_of(uri: str) -> DataScheme:
    """The scheme that a URI names, at its place.

    Raises:
        UserError: it is not known.
    """
    name, colon, place = uri.partition(":")
    if name not in SCHEMES or not colon:
        raise UserError(f"unknown data source `{uri}`", "use micro:SEED, folder:PATH, hub: or synthetic:URI")
    return SCHEMES[name](place)


@dataclass(frozen=True)
class TaskSource:
    """One source of task data.

    Args:
        uri: scheme and place.
        stored: a folder with examples that `store` wrote; they are read instead of drawn again.
    """

    uri: str
    stored: Path | None = None

    @cached_property
    def scheme(self) -> DataScheme:
        """What the URI names.

        Raises:
            UserError: it is not known.
        """
        return scheme_of(self.uri)

    def load(self, task: Task, lang: str, split: str, count: int = 0) -> list[Example]:
        """Examples of one language and split; when `count` is not 0 at the most so many.

        Raises:
            DataError: the data are missing, malformed or empty.
        """
        file = self._file(task, lang, split)
        if file is not None and file.exists():
            return [task.handler.from_json(json.loads(line)) for line in read_lines(file)]
        return self.scheme.load(task, lang, split, count)

    def store(self, task: Task, lang: str, split: str, count: int = 0) -> None:
        """Load examples and write them where later calls find them."""
        file = self._file(task, lang, split)
        if file is None:
            raise UserError(f"{self.uri}: no folder to store {task.name} in")
        examples = self.load(task, lang, split, count)
        lines = (json.dumps(task.handler.to_json(example), ensure_ascii=False) for example in examples)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _file(self, task: Task, lang: str, split: str) -> Path | None:
        return self.stored / f"{task.name}.{split}.{lang}.jsonl" if self.stored else None


class DataPart(NamedTuple):
    """Examples of one task, language and split from one source; `limit` 0 = all."""

    source: TaskSource
    task: Task
    lang: str
    split: str
    limit: int

    def load(self) -> list[Example]:
        """The examples."""
        return self.source.load(*self[1:])


def store(parts: Iterable[DataPart], folder: Path) -> None:
    """Write examples into the folder of stored examples, and the kind of each task beside them."""
    kinds: dict[str, str] = {}
    for part in parts:
        part.source.store(*part[1:])
        kinds[part.task.name] = part.task.kind
    write_json(folder / STORED_KINDS, kinds)


def stored_texts(folder: Path) -> Iterator[str]:
    """The texts of stored examples but those that train: what no training data of an encoder may hold."""
    kinds = json.loads((folder / STORED_KINDS).read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.jsonl")):
        task, split, _, _ = path.name.rsplit(".", 3)
        if split != "train":
            kind = KINDS.get(kinds[task])
            for line in read_lines(path):
                yield from kind.from_json(json.loads(line)).texts()


def pins(parts: Iterable[DataPart]) -> dict[str, str]:
    """What identifies examples from outside: digests of files, or data set and revision of the hub."""
    return dict(chain.from_iterable(part.source.scheme.pins(part.task, part.lang, part.split) for part in parts))


def examples_digest(task: Task, examples: Sequence[Example]) -> str:
    """First 16 hex digits of the SHA-256 of the examples: what a signature names as the data."""
    rows = [task.handler.to_json(example) for example in examples]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
