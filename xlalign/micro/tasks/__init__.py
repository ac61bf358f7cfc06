"""The nine XTREME tasks in the micro-world.

Every task is one function `examples(world, lang, split, count)`; the meanings, and with them the ids, labels and
positions, are the same in every language. An example is a plain dict:

    xnli, pawsx            id, first, second, label ("entailment" | "neutral" | "contradiction"; "0" | "1")
    udpos, panx            id, words, tags
    xquad, mlqa, tydiqa    id, context, question, answers [{text, start}]; start counts characters
    tatoeba                id, source (the language), target (English)
    bucc                   source [(id, text)] (the language), target [(id, text)] (English), gold [(id, id)]
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from xlalign.errors import unknown_name
from xlalign.micro.digest import Split
from xlalign.micro.world import World

Example = dict[str, Any]

TASKS: dict[str, str] = {
    "xnli": "xlalign.micro.tasks.xnli:examples",
    "pawsx": "xlalign.micro.tasks.pawsx:examples",
    "udpos": "xlalign.micro.tasks.tagging:udpos",
    "panx": "xlalign.micro.tasks.tagging:panx",
    "xquad": "xlalign.micro.tasks.reading:xquad",
    "mlqa": "xlalign.micro.tasks.reading:mlqa",
    "tydiqa": "xlalign.micro.tasks.reading:tydiqa",
    "bucc": "xlalign.micro.tasks.retrieval:bucc",
    "tatoeba": "xlalign.micro.tasks.retrieval:tatoeba",
}


def examples(world: World, task: str, lang: str, split: Split, count: int, **options: Any) -> list[Example]:
    """The first `count` examples of a task in a language.

    Args:
        world: whose examples.
        task: one of the nine.
        lang: a language of the micro-world.
        split: train, dev or test; no sentence of one occurs in another, or in another's pairs and documents.
        count: how many; for bucc how many true pairs (the list then holds one example).
        options: of the task: `question_lang` of mlqa.

    Raises:
        UserError: there is no such task.
    """
    if task not in TASKS:
        raise unknown_name("micro-world task", task, TASKS)
    module, _, attribute = TASKS[task].partition(":")
    draw = cast("Callable[..., list[Example]]", getattr(import_module(module), attribute))
    return draw(world, lang, split, count, **options)
