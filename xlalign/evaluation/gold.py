"""The right answers of examples, in the form that scorers and submissions take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xlalign.evaluation.tasks.base import Example, Task


def gold_answers(task: Task, examples: Sequence[Example]) -> Any:
    """The right answers of all examples."""
    return _GOLD[task.kind](examples)


def english_order(examples: Sequence[Example]) -> list[int]:
    """Rows of the foreign side in the order of the benchmark's queries: English lines sorted by code point."""
    return sorted(range(len(examples)), key=lambda row: examples[row]["target"].strip())


def _spans(examples: Sequence[Example]) -> dict[str, list[str]]:
    return {example["id"]: [answer["text"] for answer in example["answers"]] for example in examples}


_GOLD: dict[str, Callable[[Sequence[Example]], Any]] = {
    "classification": lambda examples: [example["label"] for example in examples],
    "choice": lambda examples: [example["label"] for example in examples],
    "tagging": lambda examples: [example["tags"] for example in examples],
    "qa": _spans,
    "retrieval": lambda examples: [str(row) for row in english_order(examples)],
    "mining": lambda examples: [list(pair) for example in examples for pair in example["gold"]],
}
