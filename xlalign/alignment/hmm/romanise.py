"""A rough Latin spelling of any word, so that names and loans look alike across scripts.

Alphabets go letter by letter through a table; syllabic scripts (kana, Hangul, the Indic scripts) through the
letter names of the Unicode character database, where the name is the sound: HIRAGANA LETTER KA is "ka". This is
no transliteration standard and is only ever compared with itself.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

_SOUND = re.compile(r"(?:LETTER|SYLLABLE|VOWEL SIGN)(?: SMALL)? ([A-Z]+)$")
_DOUBLED = re.compile(r"([^\W\d_])\1+")


@cache
def _letters() -> dict[str, str]:
    with files("xlalign.alignment").joinpath("data/romanise.tsv").open(encoding="utf-8") as file:
        return {row["character"]: row["latin"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@cache
def _sound(char: str) -> str | None:
    match = _SOUND.search(unicodedata.name(char, ""))
    return match[1].lower() if match and char >= "\u0900" else None


def plain(word: str) -> str:
    """The case-folded word in Latin letters without accents; other characters stay as they are.

    >>> plain("Éducation"), plain("Фокер"), plain("カナダ")
    ('education', 'foker', 'kanada')
    """
    if word.isascii():
        return word.lower()
    composed = unicodedata.normalize("NFKC", word.casefold())
    return "".join(_spell(composed)) or word


def _spell(word: str) -> list[str]:
    spelt: list[str] = []
    for char in word:
        if (letter := _letters().get(char)) is not None:
            spelt.append(letter)
        elif sound := _sound(char):
            if _is_vowel_sign(char):
                _drop_inherent_vowel(spelt)
            spelt.append(_DOUBLED.sub(r"\1", sound))
        elif "VIRAMA" in unicodedata.name(char, ""):
            _drop_inherent_vowel(spelt)
        else:
            spelt.append(_without_marks(char))
    return spelt


def _is_vowel_sign(char: str) -> bool:
    return "VOWEL SIGN" in unicodedata.name(char, "")


def _drop_inherent_vowel(spelt: list[str]) -> None:
    if spelt:
        spelt[-1] = spelt[-1].removesuffix("a")


def _without_marks(char: str) -> str:
    base = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    return "".join(_letters().get(part, part) for part in base)
