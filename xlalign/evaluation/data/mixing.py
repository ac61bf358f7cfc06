"""Training data beyond English: translations of the training set, and code-switching.

Results with such data are not zero-shot; the signature and every table say `translate-train`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xlalign.errors import DataError, UserError
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.kinds.base import Example
from xlalign.evaluation.options import Mixing
from xlalign.evaluation.tasks.base import Task


def mixed(
    english: Sequence[Example], translations: Mapping[str, Sequence[Example]], mixing: Mixing, task: Task
) -> list[Example]:
    """The training examples: English and translations one after the other, or English code-switched.

    Args:
        english: the English training examples.
        translations: language -> the same examples translated, in the same order.
        mixing: what is mixed, and how much.
        task: the task.

    Raises:
        UserError: sentences of the task cannot be exchanged one by one.
    """
    if mixing.code_switch == "none":
        return [*english, *(example for examples in translations.values() for example in examples)]
    if mixing.code_switch == "sentence":
        if not task.handler.sentences:
            raise UserError(f"code_switch = 'sentence' needs sentence pairs; {task.name} is a {task.kind} task")
        return [_switch_sentences(one, number, translations, mixing, task) for number, one in enumerate(english)]
    lexicons = {lang: read_lexicon(Path(path)) for lang, path in sorted(mixing.lexicons.items())}
    return [_switch_words(one, number, lexicons, mixing.rate, task) for number, one in enumerate(english)]


def read_lexicon(path: Path) -> dict[str, str]:
    """English word -> its first translation in a TSV file (further columns are not read).

    Raises:
        DataError: a line has less than two columns.
    """
    table: dict[str, str] = {}
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split("\t")
        if len(fields) < 2:
            raise DataError(f"{path}:{number}: wanted two columns: English word, translation")
        table.setdefault(fields[0].lower(), fields[1])
    return table


def _switch_sentences(
    example: Example, number: int, translations: Mapping[str, Sequence[Example]], mixing: Mixing, task: Task
) -> Example:
    """Each sentence of an example in a language of its own (PPA, Pan et al. 2021: sentence-level code-switching)."""
    languages = sorted(translations)
    taken: dict[str, str] = {}
    for name in task.handler.sentences:
        # The chance comes first and the language second, so that each sentence of a pair can go its own way.
        if getattr(example, name) is not None and _chance(mixing.rate, number, name):
            lang = languages[_draw(number, name, "language") % len(languages)]
            taken[name] = getattr(translations[lang][number], name)
    return replace(example, **taken)  # type: ignore[type-var]  # every example is a dataclass


def _switch_words(
    example: Example, number: int, lexicons: Mapping[str, Mapping[str, str]], rate: float, task: Task
) -> Example:
    """Single words replaced by a dictionary (Qin et al. 2020, CoSDA-ML)."""
    languages = sorted(lexicons)

    def switch(word: str, at: int) -> str:
        lexicon = lexicons[languages[_draw(number, at, "language") % len(languages)]]
        return lexicon.get(word.lower(), word) if _chance(rate, number, at) else word

    return task.handler.with_words(example, switch)


def _chance(rate: float, *key: object) -> bool:
    # Of 2^32 numbers those below rate * 2^32: half of them for 0.5. "chance" keeps this draw apart from "language".
    return _draw(*key, "chance") < rate * 2**32


def _draw(*key: object) -> int:
    """32 bits from a key, the same on every machine."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:4], "big")
