"""Task data from the embedded micro-world: any number of examples, labels known from the meaning."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from xlalign.errors import UserError
from xlalign.evaluation.tasks.base import Example, Task
from xlalign.micro.digest import Split

DEFAULT_COUNTS: dict[Split, int] = {"train": 24_000, "dev": 1_000, "test": 1_000}


def languages(task: Task) -> list[str]:
    """The languages of the micro-world; retrieval tasks pair each with English."""
    from xlalign.micro.grammar import GRAMMARS

    paired = task.kind in ("retrieval", "mining")
    found = [lang for lang in GRAMMARS if not (paired and lang == "en")]
    return [lang for lang in found if lang in task.languages] if task.only else found


def examples(task: Task, seed: int, lang: str, split: str, count: int = 0) -> list[Example]:
    """The first `count` examples (0 = the default) of a split of world `seed`."""
    part = cast("Split", split)
    return list(_examples(task.name, seed, lang, part, count or DEFAULT_COUNTS[part]))


def seed_of(rest: str) -> int:
    """The world's seed in `micro:SEED` or `micro:world=SEED`; `micro:` is world 0.

    Raises:
        UserError: it is not a number.
    """
    seed = rest.removeprefix("world=")
    if seed and not seed.isdecimal():
        raise UserError(f"data source `micro:{rest}`", "use micro: or micro:world=SEED with a whole number")
    return int(seed or 0)


@lru_cache(maxsize=32)
def _examples(task: str, seed: int, lang: str, split: Split, count: int) -> tuple[Example, ...]:
    from xlalign.micro import tasks
    from xlalign.micro.world import World

    return tuple(tasks.examples(World(seed), task, lang, split, count))
