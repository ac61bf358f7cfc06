"""Russian conjugation: two aspects a verb, third person, imperative, participles."""

from __future__ import annotations

from functools import cache
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry
from xlalign.micro.grammar.russian.declension import Gender

Aspect = Literal["impf", "pf"]

_VOWELS = "аеёиоуыэюя"
_PAST = {"m": "", "f": "а", "n": "о", "p": "и"}


def aspect(verb: Entry, wanted: Aspect) -> Aspect:
    """The wanted aspect, or the imperfective of a verb that has no other."""
    return wanted if "/" in verb.lemma else "impf"


@cache
def infinitive(verb: Entry, kind: Aspect) -> str:
    """The infinitive."""
    return verb.lemma.split("/")[1 if aspect(verb, kind) == "pf" else 0]


def _reflexive(form: str) -> str:
    return form + ("сь" if form[-1] in _VOWELS else "ся")


def _with_ending(verb: Entry, kind: Aspect, form: str) -> str:
    return _reflexive(form) if infinitive(verb, kind).endswith("ся") else form


def _principal(verb: Entry, kind: Aspect) -> tuple[str, str, str]:
    """Third person singular and plural and imperative, without the reflexive ending."""
    # "impf=пишет,пишут" or "pf=напишет,напишут,напиши"; without it -ть gives way to -ет, and -овать to -ует.
    given = verb.get(kind).split(",") if verb.get(kind) else _regular(infinitive(verb, kind))
    return given[0], given[1], given[2] if len(given) > 2 else _imperative(given[1])


def _regular(lemma: str) -> list[str]:
    base = lemma.removesuffix("ся").removesuffix("ть")
    stem = base.removesuffix("ова") + "у" if base.endswith("ова") else base
    return [stem + "ет", stem + "ют"]


def _imperative(plural: str) -> str:
    stem = plural[:-2]
    return stem + ("й" if stem[-1] in _VOWELS else "и")


@cache
def present(verb: Entry, kind: Aspect, plural: bool) -> str:
    """The third person of the present, or with the perfective of the simple future."""
    return _with_ending(verb, kind, _principal(verb, kind)[plural])


@cache
def imperative(verb: Entry, kind: Aspect) -> str:
    """The imperative singular."""
    return _with_ending(verb, kind, _principal(verb, kind)[2])


@cache
def past(verb: Entry, kind: Aspect, gender: Gender) -> str:
    """The past tense, which agrees in gender."""
    given = verb.get("pfpast" if kind == "pf" else "past")
    base = infinitive(verb, kind).removesuffix("ся").removesuffix("ть") + "л"
    # читать -> читал, читала; with `past=нёс,несла` neuter and plural come from the feminine: несло, несли.
    masculine, feminine = given.split(",") if given else (base, base + "а")
    return _with_ending(verb, kind, masculine if gender == "m" else feminine[:-1] + _PAST[gender])


def passive_present(verb: Entry, plural: bool) -> str:
    """The reflexive passive of the imperfective."""
    return _reflexive(present(verb, "impf", plural))


@cache
def passive_participle(verb: Entry, gender: Gender) -> str:
    """The short past passive participle of the perfective."""
    masculine = verb.get("ppp")
    if gender == "m":
        return masculine
    stem = masculine.removesuffix("ён") + "ен" if masculine.endswith("ён") else masculine
    return stem + {"f": "а", "n": "о", "p": "ы"}[gender]
