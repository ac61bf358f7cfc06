"""Names of languages in the data sets: ISO 639-3 (Tatoeba), English (UD on the hub), FLORES (SIB-200)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

ENGLISH = "en"
"""The language of the training data; transfer is to all others."""


def codes(text: str) -> tuple[str, ...]:
    """Names separated by spaces: languages, labels."""
    return tuple(text.split())


class LanguageNames(NamedTuple):
    """One row of languages.tsv."""

    lang: str
    lang3: str
    name: str
    flores: str


@cache
def languages() -> dict[str, LanguageNames]:
    """ISO 639-1 code -> its other names."""
    text = files(__package__).joinpath("languages.tsv").read_text(encoding="utf-8")
    rows = (LanguageNames(*line.split("\t")) for line in text.splitlines())
    return {row.lang: row for row in rows}


def fill(pattern: str, lang: str, split: str) -> str:
    """Put a language's names and the split into {lang}, {lang3}, {name}, {flores}, {split}."""
    row = languages().get(lang, LanguageNames(lang, lang, lang, lang))
    return pattern.format(**row._asdict(), split=split)
