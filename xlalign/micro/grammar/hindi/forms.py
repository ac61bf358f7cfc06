"""Hindi word forms: nouns and adjectives by ending, verbs by stem, pronouns.

Spelling: nukta on z and f only, *candrabindu* on nasal vowels without a mark above the line.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from xlalign.micro.grammar.lexicon import Entry

Gender = Literal["m", "f"]


class Agreement(NamedTuple):
    """What a verb or adjective agrees with."""

    gender: Gender
    plural: bool


DEFAULT = Agreement("m", plural=False)

_VOWEL_SIGNS = "ािीुूेैोौ"
_VOWELS = "अआइईउऊएऐओऔ"
_IRREGULAR_PERFECTIVE = {
    "कर": ("किया", "किए", "की", "कीं"),
    "जा": ("गया", "गए", "गई", "गईं"),
    "हो": ("हुआ", "हुए", "हुई", "हुईं"),
    "दे": ("दिया", "दिए", "दी", "दीं"),
    "ले": ("लिया", "लिए", "ली", "लीं"),
    "पी": ("पिया", "पिए", "पी", "पीं"),
}
_CONTRACTED_FUTURE = {"दे", "ले", "हो"}
_COPULA = {
    "present": ("है", "हैं", "है", "हैं"),
    "past": ("था", "थे", "थी", "थीं"),
    "future": ("होगा", "होंगे", "होगी", "होंगी"),
}


def _slot(agreement: Agreement) -> int:
    """Index into (m sg, m pl, f sg, f pl)."""
    return 2 * (agreement.gender == "f") + agreement.plural


# Nouns and adjectives


def gender(entry: Entry) -> Gender:
    """The gender of a noun or name."""
    return "f" if entry.has("f") else "m"


@cache
def noun(lemma: str, gender: Gender, plural: bool, oblique: bool) -> str:
    """A noun, direct or oblique."""
    if plural and oblique:
        return _oblique_plural(lemma, gender)
    if gender == "m":
        return lemma[:-1] + "े" if lemma.endswith("ा") and (plural or oblique) else lemma
    return _feminine_plural(lemma) if plural else lemma


def _oblique_plural(lemma: str, gender: Gender) -> str:
    # लड़का -> लड़कों, चिड़िया -> चिड़ियों, लड़की -> लड़कियों (shortened ई), किताब -> किताबों.
    if lemma.endswith("िया") or (gender == "m" and lemma.endswith("ा")):
        return lemma[:-1] + "ों"
    if lemma[-1] in _SHORTENED:
        return lemma[:-1] + _SHORTENED[lemma[-1]] + ("ओं" if lemma[-1] in "ूु" else "यों")
    if lemma.endswith("ो"):
        return lemma + "ं"
    return lemma + ("ओं" if lemma[-1] in _VOWEL_SIGNS else "ों")


_SHORTENED = {"ी": "ि", "ि": "ि", "ई": "इ", "इ": "इ", "ू": "ु", "ु": "ु"}


def _feminine_plural(lemma: str) -> str:
    if lemma.endswith("िया"):
        return lemma + "ँ"
    if lemma[-1] in _SHORTENED:
        return lemma[:-1] + _SHORTENED[lemma[-1]] + ("एँ" if lemma[-1] in "ूु" else "याँ")
    return lemma + ("एँ" if lemma[-1] in _VOWEL_SIGNS else "ें")


@cache
def adjective(entry: Entry, agreement: Agreement, oblique: bool = False) -> str:
    """An adjective; those in -ā agree."""
    if entry.has("fixed") or not entry.lemma.endswith("ा"):
        return entry.lemma
    if agreement.gender == "f":
        return entry.get("fem") or entry.lemma[:-1] + "ी"
    if agreement.plural or oblique:
        return entry.get("obl") or entry.lemma[:-1] + "े"
    return entry.lemma


def agreeing(word: str, agreement: Agreement, oblique: bool = False) -> str:
    """A word in -ā (participle, का, खड़ा) made to agree."""
    if agreement.gender == "f":
        return word[:-1] + "ी"
    return word[:-1] + "े" if agreement.plural or oblique else word


# Verbs


def stem(infinitive: str) -> str:
    """The stem of an infinitive."""
    return infinitive.removesuffix("ना")


def _ends_in_vowel(stem: str) -> bool:
    return stem[-1] in _VOWEL_SIGNS or stem[-1] in _VOWELS


@cache
def habitual(stem: str, agreement: Agreement, final: bool = False) -> str:
    """The imperfective participle; without an auxiliary after it (`final`) it shows the feminine plural."""
    form = agreeing(stem + "ता", agreement)
    return form + "ं" if final and agreement == Agreement("f", True) else form


@cache
def perfective(stem: str, agreement: Agreement, final: bool = True) -> str:
    """The perfective participle; before another verb (not `final`) it does not show the feminine plural."""
    # सो: सोया, सोए, सोई, सोईं; before another verb the last two are alike: "सोई हैं", so the slot stops at 2.
    slot = _slot(agreement) if final else min(_slot(agreement), 2)
    if stem in _IRREGULAR_PERFECTIVE:
        return _IRREGULAR_PERFECTIVE[stem][slot]
    endings = ("या", "ए", "ई", "ईं") if _ends_in_vowel(stem) else ("ा", "े", "ी", "ीं")
    return stem + endings[slot]


@cache
def passive_participle(stem: str, agreement: Agreement) -> str:
    """The participle before the passive auxiliary; *jānā* has a regular one there."""
    if stem == "जा":
        return stem + ("या", "ए", "ई", "ई")[_slot(agreement)]
    return perfective(stem, agreement, final=False)


@cache
def future(stem: str, agreement: Agreement) -> str:
    """The future."""
    slot = _slot(agreement)
    if stem in _CONTRACTED_FUTURE:
        plural = "ों" if stem == "हो" else "ें"
        return stem[:-1] + (plural if agreement.plural else stem[-1]) + ("गा", "गे", "गी", "गी")[slot]
    if stem == "पी":
        stem = "पि"
    vowel = ("एगा", "एँगे", "एगी", "एँगी") if _ends_in_vowel(stem) else ("ेगा", "ेंगे", "ेगी", "ेंगी")
    return stem + vowel[slot]


@cache
def imperative(stem: str) -> str:
    """The familiar command (तुम)."""
    if stem in ("दे", "ले"):
        return stem[:-1] + "ो"
    if stem == "पी":
        return "पियो"
    if stem == "हो":
        return "हो"
    return stem + ("ओ" if _ends_in_vowel(stem) else "ो")


@cache
def infinitive(stem: str, agreement: Agreement) -> str:
    """The infinitive, which agrees with the object of an obligation."""
    return agreeing(stem + "ना", agreement)


def copula(tense: str, agreement: Agreement) -> str:
    """*To be*."""
    return _COPULA[tense][_slot(agreement)]


# Pronouns

_OBLIQUE = {"वह": ("उस", "उन"), "जो": ("जिस", "जिन"), "कौन": ("किस", "किन"), "क्या": ("किस", "किन")}


@cache
def modifier(pronoun: str, plural: bool, oblique: bool) -> str:
    """A pronoun before a noun."""
    if oblique:
        return _OBLIQUE[pronoun][plural]
    return "वे" if pronoun == "वह" and plural else pronoun


@cache
def pronoun(pronoun: str, plural: bool, marker: str, possessed: Agreement = DEFAULT) -> tuple[str, ...]:
    """A pronoun with its case marker, which is mostly one word (उसने); `possessed` is what का agrees with."""
    if not marker:
        return (modifier(pronoun, plural, oblique=False),)
    base = _OBLIQUE[pronoun][plural]
    # वह + ने -> उसने, उन्होंने; वह + को -> उसे, उन्हें; वह + के पास -> उसके पास, two words.
    if marker == "ने":
        return (base + ("्होंने" if plural else "ने"),)
    if marker == "को":
        return (base + "्हें" if plural else base + "े",)
    if marker == "का":
        return (base + agreeing("का", possessed),)
    if marker == "से":
        return (base + "से",)
    return (base + "के", marker.removeprefix("के "))
