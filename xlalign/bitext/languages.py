"""What is known of each language: name, scripts, unit of length, confusable neighbours.

A code is ISO 639-1 (`de`) or, where there is none, ISO 639-3 (`ceb`). `normalise` understands the others: ISO 639-3
(`deu`), FLORES (`deu_Latn`) and BCP 47 (`pt-BR`, `zh-Hans`). Suffixes after "_" keep variants apart (`pt_BR`,
`zh_Hans`, `en_trans`) and do not change what is known of the base language, unless they name a script that is not its
own (`ru_Latn`). Codes reserved for private use (`qaa` to `qtz`) are accepted with nothing known.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from xlalign.errors import unknown_name

CHARACTER_SCRIPTS = {
    "Hani": 1.65, "Hira": 2.2, "Kana": 2.2, "Thai": 4.5, "Laoo": 4.5, "Khmr": 5.0, "Mymr": 5.5, "Tibt": 4.5,
}  # fmt: skip
"""Scripts that put no spaces between words: characters that translate one English word (zh, ja measured)."""

SCRIPT_VARIANTS = ("Hans", "Hant", "Jpan", "Kore")
"""Names of scripts in codes that stand for other names in our table (`Hani`)."""

TRANSLITERATED = "trans"
"""The suffix of a synthetic language that is not in the script of its base language."""

_CODE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]+)*")
_PRIVATE = re.compile(r"q[a-t][a-z]")


class Language(NamedTuple):
    """One language. `scripts` are ISO 15924 codes; `near` are languages that an identifier confuses with it."""

    code: str
    alpha3: str
    name: str
    scripts: frozenset[str]
    near: tuple[str, ...]

    @property
    def spaced(self) -> bool:
        """Whether words are separated by spaces; otherwise lengths are in characters."""
        return not self.scripts & set(CHARACTER_SCRIPTS) or "Hang" in self.scripts

    @property
    def word_length(self) -> float:
        """Characters that stand for one word of a language with spaces, where there are none; else 1."""
        return 1.0 if self.spaced else max(CHARACTER_SCRIPTS.get(script, 0) for script in self.scripts)


@cache
def table() -> dict[str, Language]:
    """Every known language by its code."""
    with files("xlalign.bitext").joinpath("data/languages.tsv").open(encoding="utf-8") as file:
        return {row["code"]: _language(row) for row in csv.DictReader(file, delimiter="\t")}


def _language(row: dict[str, str]) -> Language:
    near = tuple(row["near"].split(",")) if row["near"] != "-" else ()
    return Language(row["code"], row["alpha3"], row["name"], frozenset(row["scripts"].split(",")), near)


@cache
def get(code: str) -> Language:
    """The language of a code, with or without a variant suffix.

    Raises:
        UserError: the code is not known (with the nearest matches).
    """
    base = code.partition("_")[0]
    if _PRIVATE.fullmatch(base):
        return Language(base, base, "private use", frozenset(), ())
    if base in table() and _CODE.fullmatch(code):
        return _variant(table()[base], code.split("_")[1:])
    raise unknown_name("language code", code, [*table(), *_aliases()])


def _variant(language: Language, suffixes: list[str]) -> Language:
    """The language itself, or in another script, with spaces between its words and unknown to identifiers."""
    foreign = [suffix for suffix in suffixes if suffix in scripts() - language.scripts]
    if not foreign and TRANSLITERATED not in suffixes:
        return language
    return Language("", language.alpha3, f"{language.name} in another script", frozenset(foreign), ())


@cache
def scripts() -> frozenset[str]:
    """The ISO 15924 codes of the scripts of all languages."""
    return frozenset(script for language in table().values() for script in language.scripts)


@cache
def normalise(code: str) -> str:
    """Our code of a language, from ISO 639-1 or 639-3, FLORES or BCP 47.

    `deu` and `deu_Latn` are `de`, which has no other script; `cmn_Hans` is `zh_Hans` and `pt-br` is `pt_BR`.

    Raises:
        UserError: the code is not known.
    """
    base, *suffixes = code.replace("-", "_").split("_")
    if base.lower() in table() or base.lower() in _aliases():
        base = _aliases().get(base.lower(), base.lower())
        suffixes = [_suffix(each) for each in suffixes]
        if base in table() and suffixes[:1] == list(table()[base].scripts):
            suffixes = suffixes[1:]  # the only script there is says nothing
        code = "_".join([base, *suffixes])
    get(code)
    return code


def _suffix(text: str) -> str:
    """A part of a code in its usual letters: scripts as `Latn`, regions as `BR`, anything else as it is."""
    if len(text) == 4 and text.isalpha() and text.title() in (*scripts(), *SCRIPT_VARIANTS):
        return text.title()
    return text.upper() if len(text) == 2 and text.isalpha() else text


def spellings(code: str) -> list[str]:
    """How files may call a language, ours first: `pt_BR`, `pt-BR`, `por_BR`, `por`; `de`, `deu`, `deu_Latn`."""
    language = get(code)
    base, mark, suffix = code.partition("_")
    found = [code, code.replace("_", "-"), language.alpha3 + mark + suffix]
    own = list(table()[base].scripts) if base in table() and not suffix else []
    own = own if len(own) == 1 else []  # of several scripts none can be guessed
    more = [other for other, ours in _aliases().items() if ours == base]
    found += [f"{other}_{script}" for other in (language.alpha3, *more) for script in own]
    return list(dict.fromkeys([*found, *(other + mark + suffix for other in more)]))


def alpha3(code: str) -> str:
    """The ISO 639-3 code of the base language (`de` -> `deu`)."""
    return get(code).alpha3


@cache
def _aliases() -> dict[str, str]:
    macro = {"cmn": "zh", "arb": "ar", "pes": "fa", "swh": "sw", "zsm": "ms", "lvs": "lv", "ekk": "et", "npi": "ne"}
    more = {"azj": "az", "ory": "or", "plt": "mg", "khk": "mn", "uzn": "uz", "als": "sq", "ydd": "yi", "pbt": "ps"}
    return {language.alpha3: code for code, language in table().items()} | macro | more
