"""Russian declension: nouns, adjectives, numerals, the relative pronoun."""

from __future__ import annotations

from functools import cache
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry

Case = Literal["nom", "gen", "dat", "acc", "ins", "pre"]
Gender = Literal["m", "f", "n", "p"]
"""Masculine, feminine, neuter, and the plural of all three."""

_HUSHING = "жшчщ"
_VELAR = "гкх"
_CASES: tuple[Case, ...] = ("nom", "gen", "dat", "acc", "ins", "pre")

_SINGULAR = {
    "m hard": " а у  ом е",
    "m soft": "ь я ю ь ем е",
    "m й": "й я ю й ем е",
    "f hard": "а ы е у ой е",
    "f soft": "я и е ю ей е",
    "f ия": "я и и ю ей и",
    "f ь": "ь и и ь ью и",
    "n hard": "о а у о ом е",
    "n soft": "е я ю е ем е",
    "n ие": "е я ю е ем и",
}
"""Endings of the singular, in the order of the cases."""

_HARD = {
    "m": "ый ого ому ый ым ом",
    "f": "ая ой ой ую ой ой",
    "n": "ое ого ому ое ым ом",
    "p": "ые ых ым ые ыми ых",
}
_SOFTENED = {"ы": "и", "о": "е", "а": "я", "у": "ю"}
_NUMERALS = {
    "два": "два двух двум два двумя двух",
    "две": "две двух двум две двумя двух",
    "три": "три трёх трём три тремя трёх",
    "четыре": "четыре четырёх четырём четыре четырьмя четырёх",
    "восемь": "восемь восьми восьми восемь восемью восьми",
}
COLLECTIVE = {"два": "двое", "три": "трое", "четыре": "четверо"}
"""Two to four of a noun without a singular."""

FEW = ("два", "три", "четыре")
"""Numerals with the genitive singular."""


def gender_of(entry: Entry) -> Gender:
    """The gender that adjectives and past tenses agree with."""
    if entry.has("plurale"):
        return "p"
    return "m" if entry.has("m") else "f" if entry.has("f") else "n"


@cache
def noun(entry: Entry, case: Case, plural: bool = False) -> str:
    """A noun; its accusative is the genitive where animate, but not in the feminine singular."""
    if entry.has("indeclinable"):
        return entry.lemma
    plural = plural or entry.has("plurale")
    if entry.has("adjectival"):
        return adjective(entry.lemma.removesuffix("ое") + "ый", case, "p" if plural else "n", entry.has("anim"))
    if plural:
        return _plural(entry, case)
    masculine = entry.has("m") and not entry.lemma.endswith(("а", "я"))
    if case == "acc" and masculine and entry.has("anim"):
        return noun(entry, "gen")
    return (case == "ins" and entry.get("ins")) or _singular(entry, case)


@cache
def locative(entry: Entry) -> str:
    """The form after *в* and *на* for a place (в саду)."""
    return entry.get("loc") or noun(entry, "pre")


def _singular(entry: Entry, case: Case) -> str:
    lemma = entry.lemma
    # книга: "f hard" cuts 1 letter, книг + "ы" for the genitive, which _spell turns into книги after a velar.
    paradigm, cut = _paradigm(entry)
    ending = _SINGULAR[paradigm].split(" ")[_CASES.index(case)]
    if case == "nom" or (case == "acc" and paradigm in {"m hard", "f ь"}):
        return lemma
    stem = entry.get("stem") or lemma[: len(lemma) - cut]
    return _spell(stem, ending)


def _paradigm(entry: Entry) -> tuple[str, int]:
    """The declension, and how many letters the nominative has after the stem."""
    lemma = entry.lemma
    if lemma.endswith("ь"):
        return ("f ь" if entry.has("f") else "m soft"), 1
    if lemma.endswith("й"):
        return "m й", 1
    for ending, paradigm in (("ия", "f ия"), ("я", "f soft"), ("а", "f hard"), ("ие", "n ие"), ("о", "n hard")):
        if lemma.endswith(ending):
            return paradigm, 1
    return ("n soft", 1) if lemma.endswith("е") else ("m hard", 0)


def _spell(stem: str, ending: str) -> str:
    if ending.startswith("ы") and stem[-1] in _VELAR + _HUSHING:
        ending = "и" + ending[1:]
    if ending in {"ой", "ом"} and stem[-1] in _HUSHING + "ц":
        ending = "е" + ending[1:]
    return stem + ending


def _plural(entry: Entry, case: Case) -> str:
    nominative = entry.get("pl") or _nominative_plural(entry)
    if case == "nom":
        return nominative
    if case == "gen":
        return entry.get("gp") or _genitive_plural(entry, nominative)
    if case == "acc":
        return _plural(entry, "gen" if entry.has("anim") else "nom")
    # столы -> столам, but учителя -> учителям; книги has its и from the velar, so it is hard: книгам.
    soft = nominative[-1] == "я" or (nominative[-1] == "и" and nominative[-2] not in _VELAR + _HUSHING)
    vowel = "я" if soft else "а"
    ending = {"dat": "м", "ins": "ми", "pre": "х"}[case]
    return entry.get("ip" if case == "ins" else "") or nominative[:-1] + vowel + ending


def _nominative_plural(entry: Entry) -> str:
    lemma = entry.lemma
    if entry.has("plurale"):
        return lemma
    paradigm, cut = _paradigm(entry)
    stem = entry.get("stem") or lemma[: len(lemma) - cut]
    if entry.has("n"):
        return stem + ("а" if paradigm == "n hard" else "я")
    return _spell(stem, "ы") if paradigm.endswith("hard") else stem + "и"


def _genitive_plural(entry: Entry, nominative: str) -> str:
    paradigm, _ = _paradigm(entry)
    stem = nominative[:-1]
    if paradigm in {"f ия", "n ие"}:
        return stem + "й"
    if paradigm in {"f hard", "n hard"}:
        return stem
    if paradigm == "m й":
        return stem + "ев"
    if paradigm in {"m soft", "f ь", "f soft", "n soft"} or stem[-1] in _HUSHING:
        return stem + "ей"
    return stem + ("ев" if stem.endswith("ц") else "ов")


@cache
def adjective(lemma: str, case: Case, gender: Gender, animate: bool) -> str:
    """A long adjective."""
    if case == "acc" and animate and gender in {"m", "p"}:
        case = "gen"
    # большой + "ого" keeps о under stress, хороший + "ого" does not: большого, хорошего; синий is soft: синего.
    stem, ending = lemma[:-2], _HARD[gender].split()[_CASES.index(case)]
    if (case, gender) in {("nom", "m"), ("acc", "m")}:
        return lemma
    if lemma.endswith("ний"):
        return stem + _SOFTENED[ending[0]] + ending[1:]
    if stem[-1] in _HUSHING and not lemma.endswith("ой"):
        ending = ending.replace("о", "е", 1)
    return stem + (ending.replace("ы", "и") if stem[-1] in _VELAR + _HUSHING else ending)


@cache
def comparative(entry: Entry) -> str:
    """The comparative, as used without a noun."""
    return entry.get("comp", entry.lemma[:-2] + "ее")


def short(forms: str, gender: Gender) -> str:
    """One of the four short forms "полон,полна,полно,полны"."""
    return forms.split(",")["mfnp".index(gender)]


@cache
def numeral(lemma: str, case: Case) -> str:
    """A cardinal; *пять* and above decline like feminines in -ь."""
    if lemma in _NUMERALS:
        return _NUMERALS[lemma].split()[_CASES.index(case)]
    return lemma if case in {"nom", "acc"} else lemma[:-1] + ("ью" if case == "ins" else "и")


def relative(case: Case, gender: Gender, animate: bool) -> str:
    """The relative pronoun который."""
    return adjective("который", case, gender, animate)
