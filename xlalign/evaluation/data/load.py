"""Task data by source URI: `micro:SEED`, `folder:PATH`, `hub:`; and which examples train, choose and test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlalign.errors import DataError, UserError
from xlalign.evaluation.data import folder, hub, micro
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.base import Example, Task

SOURCE = "en"
HELD_OUT = 10
"""One tenth of the training data becomes dev where a task has no English dev of its own."""


@dataclass(frozen=True)
class English:
    """English training and dev data. `held_out` says that dev was taken from train."""

    train: list[Example]
    dev: list[Example]
    held_out: bool


def load(task: Task, source: str, lang: str, split: str, count: int = 0) -> list[Example]:
    """Examples of one language and split; at the most `count` when it is not 0.

    Raises:
        UserError: the source has an unknown scheme.
        DataError: the data are missing, malformed, or empty.
    """
    scheme, _, rest = source.partition(":")
    if scheme == "micro":
        return micro.examples(task, micro.seed_of(rest), lang, split, count)
    if scheme == "folder":
        found = folder.examples(task, Path(rest), lang, split)
    elif scheme == "hub":
        found = hub.examples(task, lang, split)
    else:
        raise UserError(f"unknown data source `{source}`", "use micro:SEED, folder:PATH or hub:")
    if not found:
        raise DataError(f"{source}: {split} data of {task.name} in {lang!r} are empty")
    return found[:count] if count and task.kind != "mining" else found


def languages(task: Task, source: str, split: str, wanted: Sequence[str]) -> list[str]:
    """The languages to test in: those wanted, or all that the source has.

    Raises:
        DataError: none is there, or one that is wanted is not.
    """
    scheme, _, rest = source.partition(":")
    if scheme == "micro":
        found = micro.languages(task)
    elif scheme == "folder":
        found = folder.available(task, Path(rest), split, [*dict.fromkeys([*task.languages, *wanted])])
    else:
        found = list(task.languages)
    if not found:
        folder.examples(task, Path(rest), task.languages[0], split)
    chosen = [lang for lang in wanted if lang in task.languages or lang in found] or found
    if missing := [lang for lang in chosen if lang not in found]:
        raise DataError(f"{source}: no {split} data of {task.name} in {', '.join(missing)}; found: {', '.join(found)}")
    return chosen


def english(task: Task, settings: EvalSettings) -> English:
    """English data to train on and to choose by; test data are never touched.

    Dev is the task's English dev split. Where there is none, or where it is tested on, a tenth of train is held
    out by a hash of its text, so that items that share a premise or a context stay together.
    """
    name, _, split = settings.train_from.get(task.name, task.name).partition(":")
    origin = TASKS.get(name) if name != task.name else task
    source, split = settings.source(name), split or "train"
    own_dev = split != "dev" and settings.test_split.get(task.name) != "dev" and _has_dev(origin, source)
    train = load(origin, source, SOURCE, split, settings.train_examples)
    if own_dev:
        return English(train, load(origin, source, SOURCE, "dev", settings.dev_examples), held_out=False)
    dev = [example for example in train if _held_out(example)]
    rest = [example for example in train if not _held_out(example)]
    return English(rest, dev[: settings.dev_examples or None], held_out=True)


def tested_split(task: Task, settings: EvalSettings) -> str:
    """The split that is tested on."""
    return settings.test_split.get(task.name, "test")


def tested(task: Task, settings: EvalSettings, lang: str) -> list[Example]:
    """The examples to be tested on in one language."""
    split = tested_split(task, settings)
    examples = load(task, settings.source(task.name), lang, split, settings.test_examples)
    return [_half(examples[0], 1)] if task.kind == "mining" and split == "dev" else examples


def tuning(task: Task, settings: EvalSettings, lang: str) -> list[Example]:
    """Mining data to tune a threshold on: the dev split, or the half of it that is not tested on."""
    examples = load(task, settings.source(task.name), lang, "dev")
    return [_half(examples[0], 0)] if tested_split(task, settings) == "dev" else examples


def digest(examples: Sequence[Any]) -> str:
    """First 16 hex digits of the SHA-256 of the examples: what a signature names as the data."""
    text = json.dumps(examples, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _has_dev(task: Task, source: str) -> bool:
    scheme, _, rest = source.partition(":")
    if scheme == "folder":
        return folder.locate(task, Path(rest), SOURCE, "dev") is not None
    if scheme == "hub":
        return task.hub is not None and "dev" in task.hub.splits
    return True


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
