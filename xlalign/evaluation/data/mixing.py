"""Training data beyond English: translations of the training set, and code-switching.

Results with such data are not zero-shot; the signature and every table say `translate-train`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlalign.errors import DataError, UserError
from xlalign.evaluation.cell_settings import Mixing
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.tasks.base import Example, Task

SENTENCES = ("first", "second", "context", "question")


def mixed(
    english: list[Example], translations: Mapping[str, Sequence[Example]], mixing: Mixing, task: Task
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
        return [_switch_sentences(one, number, translations, mixing, task) for number, one in enumerate(english)]
    lexicons = {lang: read_lexicon(Path(path)) for lang, path in sorted(mixing.lexicons.items())}
    return [_switch_words(one, number, lexicons, mixing.rate) for number, one in enumerate(english)]


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
    if task.kind != "classification":
        raise UserError(f"code_switch = 'sentence' needs sentence pairs; {task.name} is a {task.kind} task")
    languages = sorted(translations)
    switched = dict(example)
    for field in SENTENCES:
        if field in example and _chance(mixing.rate, number, field):
            lang = languages[_draw(number, field, "language") % len(languages)]
            switched[field] = translations[lang][number][field]
    return switched


def _switch_words(example: Example, number: int, lexicons: Mapping[str, Mapping[str, str]], rate: float) -> Example:
    """Single words replaced by a dictionary (Qin et al. 2020, CoSDA-ML); answers of questions stay as they are."""
    languages = sorted(lexicons)

    def switch(word: str, at: int) -> str:
        lexicon = lexicons[languages[_draw(number, at, "language") % len(languages)]]
        return lexicon.get(word.lower(), word) if _chance(rate, number, at) else word

    switched = dict(example)
    if "words" in example:
        switched["words"] = [switch(word, at) for at, word in enumerate(example["words"])]
    for field in ("first", "second", "question"):
        if field in example:
            switched[field] = " ".join(switch(word, at) for at, word in enumerate(example[field].split()))
    return switched


def _chance(rate: float, *key: object) -> bool:
    return _draw(*key, "chance") < rate * 2**32


def _draw(*key: object) -> int:
    """32 bits from a key, the same on every machine."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:4], "big")
