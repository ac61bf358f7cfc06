"""Spanish word forms: plurals, agreement, third-person conjugation, imperatives.

The lexicon gives a verb its infinitive and what is irregular. `pres`, `subj`, `pret` and `fut` are stems,
`strong` is the stem of a preterite in -o; a value with a comma spells out singular and plural. Everything else
follows from the infinitive.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry

Gender = Literal["m", "f"]
Slot = Literal["pres", "impf", "pret", "fut", "cond", "subj", "isubj"]

_ENDINGS: dict[str, dict[Slot, tuple[str, str]]] = {
    "ar": {
        "pres": ("a", "an"),
        "impf": ("aba", "aban"),
        "pret": ("ó", "aron"),
        "subj": ("e", "en"),
        "isubj": ("ara", "aran"),
        "fut": ("á", "án"),
        "cond": ("ía", "ían"),
    },
    "er": {
        "pres": ("e", "en"),
        "impf": ("ía", "ían"),
        "pret": ("ió", "ieron"),
        "subj": ("a", "an"),
        "isubj": ("iera", "ieran"),
        "fut": ("á", "án"),
        "cond": ("ía", "ían"),
    },
}
_STRONG: dict[Slot, tuple[str, str]] = {"pret": ("o", "ieron"), "isubj": ("iera", "ieran")}
_SOFTENED = {"c": "qu", "g": "gu", "z": "c"}
_STRESSED = dict(zip("áéíóú", "aeiou", strict=True))


def gender(entry: Entry) -> Gender:
    """The gender of a noun or name."""
    return "f" if entry.has("f") else "m"


def inflected(word: str, gender: Gender, plural: bool, plural_form: str = "") -> str:
    """An adjective, participle or article-like word ending in -o made to agree."""
    if plural and plural_form:
        return plural_form
    if gender == "f" and word.endswith("o"):
        word = word[:-1] + "a"
    return pluralised(word) if plural else word


def pluralised(word: str) -> str:
    """The regular plural."""
    if word[-1] in "aeiouáéó":
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    # canción -> canciones: with the added syllable the stress needs no accent any more.
    if word[-1] in "ns" and word[-2] in _STRESSED:
        return word[:-2] + _STRESSED[word[-2]] + word[-1] + "es"
    return word + "es"


@cache
def noun(entry: Entry, gender_wanted: Gender, plural: bool) -> str:
    """A noun; people come in the gender asked for where the language has both."""
    if gender_wanted == gender(entry):
        form = entry.lemma
    else:
        form = entry.get("fem" if gender_wanted == "f" else "masc", entry.lemma)
    if not plural:
        return form
    return entry.get("pl") or pluralised(form)


@cache
def adjective(entry: Entry, gender: Gender, plural: bool) -> str:
    """An adjective."""
    return inflected(entry.lemma, gender, plural, entry.get("pl"))


@cache
def participle(entry: Entry, gender: Gender, plural: bool) -> str:
    """The past participle."""
    return inflected(entry.get("part") or _regular_participle(entry.lemma), gender, plural)


def _regular_participle(infinitive: str) -> str:
    stem = infinitive[:-2]
    if infinitive.endswith("ar"):
        return stem + "ado"
    return stem + ("ído" if stem.endswith(("a", "e", "o")) else "ido")


@cache
def conjugated(entry: Entry, slot: Slot, plural: bool) -> str:
    """The third person of a tense."""
    # `pret=durm` of dormir gives durm + ió; with a comma, `pret=fue,fueron`, the lexicon spells out both numbers;
    # `strong=tuv` gives tuvo and tuvieron, and a stem in j loses the i: dijo, dijeron.
    given = entry.get(slot)
    if "," in given:
        return given.split(",")[plural]
    if slot in _STRONG and entry.has("strong"):
        stem, ending = entry.get("strong"), _STRONG[slot][plural]
        return stem + (ending.removeprefix("i") if stem.endswith("j") else ending)
    stem = _stem(entry, slot)
    ending = _ENDINGS[_class(entry.lemma)][slot][plural]
    if ending.startswith("ie") or ending == "ió":
        ending = _after_vowel(stem, ending)
    return stem + ending


def _class(infinitive: str) -> str:
    return "ar" if infinitive.endswith("ar") else "er"


def _stem(entry: Entry, slot: Slot) -> str:
    base = entry.lemma[:-2]
    if slot in ("fut", "cond"):
        return entry.get("fut", entry.lemma)
    if slot in ("pret", "isubj"):
        return _stem_of(entry, "pret") or base
    if slot == "pres":
        return _stem_of(entry, "pres") or base
    if slot == "subj":
        return entry.get("subj") or _softened(_stem_of(entry, "pres") or base, entry.lemma)
    return base


def _stem_of(entry: Entry, slot: str) -> str:
    given = entry.get(slot)
    return "" if "," in given else given


def _softened(stem: str, infinitive: str) -> str:
    """The stem of -ar verbs keeps its sound before -e (toque, llegue, destroce)."""
    if infinitive.endswith("ar") and stem[-1] in _SOFTENED:
        return stem[:-1] + _SOFTENED[stem[-1]]
    return stem


def _after_vowel(stem: str, ending: str) -> str:
    """An unstressed i between vowels is written y (leyó, construyeron), but not after gu (siguió)."""
    return "y" + ending[1:] if stem[-1] in "aeiou" and not stem.endswith("gu") else ending


@cache
def imperative(entry: Entry, negated: bool) -> tuple[str, ...]:
    """The words of a familiar singular command (*siéntate*; *te sientes* after *no*)."""
    if negated:
        return tuple((entry.get("nimp") or conjugated(entry, "subj", plural=False) + "s").split("_"))
    return tuple((entry.get("imp") or conjugated(entry, "pres", plural=False)).split("_"))


@cache
def article(gender: Gender, plural: bool, definite: bool, stressed_a: bool = False) -> str:
    """The article; feminine nouns in stressed a- take *el, un* in the singular (*el agua*)."""
    if stressed_a and not plural:
        gender = "m"
    if definite:
        return {("m", False): "el", ("f", False): "la", ("m", True): "los", ("f", True): "las"}[gender, plural]
    return {("m", False): "un", ("f", False): "una", ("m", True): "unos", ("f", True): "unas"}[gender, plural]
