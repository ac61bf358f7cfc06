"""German word forms: articles, adjective declension, nouns, verbs."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry

Case = Literal["nom", "acc", "dat", "gen"]
Gender = Literal["m", "f", "n", "p"]
"""Masculine, feminine, neuter, and the plural of all three."""

Declension = Literal["strong", "mixed", "weak"]
"""Adjective endings after no article, after *ein/kein*, after *der*."""

_DEFINITE = {
    "nom": {"m": "der", "f": "die", "n": "das", "p": "die"},
    "acc": {"m": "den", "f": "die", "n": "das", "p": "die"},
    "dat": {"m": "dem", "f": "der", "n": "dem", "p": "den"},
    "gen": {"m": "des", "f": "der", "n": "des", "p": "der"},
}
_EIN = {
    "nom": {"m": "", "f": "e", "n": "", "p": "e"},
    "acc": {"m": "en", "f": "e", "n": "", "p": "e"},
    "dat": {"m": "em", "f": "er", "n": "em", "p": "en"},
    "gen": {"m": "es", "f": "er", "n": "es", "p": "er"},
}
_STRONG = {
    "nom": {"m": "er", "f": "e", "n": "es", "p": "e"},
    "acc": {"m": "en", "f": "e", "n": "es", "p": "e"},
    "dat": {"m": "em", "f": "er", "n": "em", "p": "en"},
    "gen": {"m": "en", "f": "er", "n": "en", "p": "er"},
}
_NO_GE = ("be", "er", "ver", "zer")
_SYLLABLE = re.compile("[aeiouäöüy]+", re.IGNORECASE)
_E_BEFORE_T = re.compile(r"[dt]$|[^aeiouäöülrhmn][mn]$")


def definite(case: Case, gender: Gender) -> str:
    """The definite article."""
    return _DEFINITE[case][gender]


def indefinite(case: Case, gender: Gender, stem: str = "ein") -> str:
    """The indefinite article, or *kein* with that stem."""
    return stem + _EIN[case][gender]


def relative(case: Case, gender: Gender) -> str:
    """The relative pronoun: the definite article, but *denen*."""
    return "denen" if (case, gender) == ("dat", "p") else definite(case, gender)


def adjective_ending(case: Case, gender: Gender, declension: Declension) -> str:
    """The ending of an attributive adjective."""
    # "ein alter Mann" has -er, "ein altes Haus" -es, because *ein* shows no gender there; "eine alte Frau" and, after
    # *der*, "der alte Mann" need only -e; every other weak ending is -en: "dem alten Mann".
    marked = declension == "mixed" and (gender == "n" or (case, gender) == ("nom", "m"))
    if declension == "strong" or (marked and case in {"nom", "acc"}):
        return _STRONG[case][gender]
    bare = gender != "p" and (case == "nom" or (case == "acc" and gender != "m"))
    return "e" if bare else "en"


@cache
def adjective(entry: Entry, case: Case, gender: Gender, declension: Declension) -> str:
    """An attributive adjective."""
    stem = entry.get("stem", entry.lemma.removesuffix("e"))
    return stem + adjective_ending(case, gender, declension)


def comparative(entry: Entry) -> str:
    """The comparative, as used after the copula."""
    return entry.get("comp", entry.lemma.removesuffix("e") + "er")


def gender_of(entry: Entry) -> Gender:
    """The gender of a noun or name in the singular."""
    return "m" if entry.has("m") else "f" if entry.has("f") else "n"


@cache
def noun(entry: Entry, case: Case, plural: bool) -> str:
    """A noun; weak masculines take *-(e)n* outside the nominative."""
    if plural:
        form = entry.get("pl")
        return form + "n" if case == "dat" and not form.endswith(("n", "s")) else form
    # der Soldat, den Soldaten: the weak ending is what the plural adds to the lemma.
    if entry.has("weak") and case != "nom":
        return entry.lemma + entry.get("pl").removeprefix(entry.lemma)
    return _genitive(entry) if case == "gen" and not entry.has("f") else entry.lemma


def _genitive(entry: Entry) -> str:
    lemma = entry.lemma
    short = len(_SYLLABLE.findall(lemma)) == 1 and lemma[-1] not in "aeiouäöü"
    return entry.get("gen") or lemma + ("es" if short or lemma.endswith(("s", "ß", "x", "z")) else "s")


@cache
def of_gender(entry: Entry, gender: Literal["m", "f"]) -> Entry:
    """The noun for a man or a woman of this occupation, where the language makes the difference."""
    lemma = entry.get("fem" if gender == "f" else "masc")
    if not lemma:
        return entry
    job = {"job": ""} if entry.has("job") else {}
    return Entry(entry.concept, lemma, {gender: "", "pl": lemma + ("nen" if gender == "f" else "")} | job)


def particle(verb: Entry) -> str:
    """The separable particle of a verb, or nothing."""
    return verb.lemma.partition("+")[0] if "+" in verb.lemma else ""


def _base(verb: Entry) -> str:
    return verb.lemma.rpartition("+")[2]


def _stem(verb: Entry) -> str:
    base = _base(verb)
    return base.removesuffix("en") if base.endswith("en") else base.removesuffix("n")


def _linked(stem: str, ending: str) -> str:
    # arbeit + t -> arbeitet and öffn + t -> öffnet, but lern + t -> lernt: -e- where the cluster could not be said.
    return stem + ("e" if _E_BEFORE_T.search(stem) else "") + ending


@cache
def finite(verb: Entry, past: bool, plural: bool) -> str:
    """The third person, without the particle."""
    if past:
        form = verb.get("past") or _linked(_stem(verb), "te")
        return form + ("n" if form.endswith("e") else "en") if plural else form
    if plural:
        return verb.get("plural") or _base(verb)
    return verb.get("pres") or _linked(_stem(verb), "t")


@cache
def imperative(verb: Entry) -> str:
    """The imperative of *du*, without the particle."""
    return verb.get("imp") or _stem(verb) + "e"


def infinitive(verb: Entry) -> str:
    """The infinitive as one word."""
    return particle(verb) + _base(verb)


@cache
def participle(verb: Entry) -> str:
    """The past participle as one word."""
    stem = _stem(verb)
    # gehört to "hören", verkauft to "verkaufen", repariert to "reparieren", zugemacht to "zu+machen".
    ge = "" if stem.startswith(_NO_GE) or stem.endswith("ier") else "ge"
    return particle(verb) + (verb.get("part") or ge + _linked(stem, "t"))
