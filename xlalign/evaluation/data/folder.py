"""Task data from a folder: XTREME's download layout and simple layouts beside it."""

from __future__ import annotations

from pathlib import Path

from xlalign.errors import DataError
from xlalign.evaluation.data.formats import FORMATS
from xlalign.evaluation.data.languages import fill
from xlalign.evaluation.tasks.base import Example, Task

_ENDINGS = ("", ".xz", ".gz", ".bz2")


def examples(task: Task, folder: Path, lang: str, split: str) -> list[Example]:
    """All examples of a task in one language and split.

    Raises:
        DataError: no file matches, or a file is malformed (the message names the line).
    """
    found = locate(task, folder, lang, split)
    if found is None:
        tried = ", or ".join(" + ".join(fill(p, lang, split) for p in group) for group in task.files.get(split, ()))
        raise DataError(
            f"no {split} data of {task.name} in {lang!r} below {folder}; looked for: {tried or 'nothing'}",
            "check --data, name fewer languages, or use data = 'hub:'",
        )
    return FORMATS[task.reader](found, lang, task)


def locate(task: Task, folder: Path, lang: str, split: str) -> list[list[Path]] | None:
    """The files of the first layout that is complete: one list of files per role (text, gold, ...)."""
    for group in task.files.get(split, ()):
        roles = [_matches(folder, fill(pattern, lang, split)) for pattern in group]
        if all(roles):
            return roles
    return None


def _matches(folder: Path, pattern: str) -> list[Path]:
    for ending in _ENDINGS:
        if found := sorted(folder.glob(pattern + ending)):
            return found
    return []
