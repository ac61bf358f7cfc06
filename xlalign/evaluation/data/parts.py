"""A set of examples that is read, stored and pinned as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from xlalign.evaluation.data.source import Source
from xlalign.evaluation.tasks.base import Task

ENGLISH = "en"


class Part(NamedTuple):
    """Examples of one task, language and split from one source; `limit` 0 = all."""

    source: Source
    task: Task
    lang: str
    split: str
    limit: int


def store(parts: Iterable[Part]) -> None:
    """Write examples into the folder of stored examples."""
    for part in parts:
        part.source.store(part.task, part.lang, part.split, part.limit)


def pins(parts: Iterable[Part]) -> dict[str, str]:
    """What identifies examples from outside: digests of files, or data set and revision of the hub."""
    return dict(chain.from_iterable(part.source.pins(part.task, part.lang, part.split) for part in parts))


def digest(examples: Sequence[Any]) -> str:
    """First 16 hex digits of the SHA-256 of the examples: what a signature names as the data."""
    text = json.dumps(examples, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
