"""Hindi noun phrases: possessor, determiner, count and adjectives before the noun, postposition after it."""

from __future__ import annotations

from dataclasses import dataclass

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.hindi import forms
from xlalign.micro.grammar.hindi.forms import DEFAULT, Agreement, Gender
from xlalign.micro.grammar.lexicon import Entry, Setting, entry
from xlalign.micro.grammar.shared import Tokens, is_name, proper_name
from xlalign.micro.meaning import NounPhrase, Token, Word


@dataclass(frozen=True, slots=True)
class Marking:
    """What stands around a noun phrase.

    `marker` is the postposition ("" leaves the noun direct); का agrees with `possessed`, the noun it leads to.
    `pronoun` (वह or जो) stands before a noun with a relative clause. `some` is the word for an indefinite one:
    एक, कोई, or "" for none.
    """

    marker: str = ""
    possessed: Agreement = DEFAULT
    pronoun: str = ""
    some: str = "एक"


def is_plural(phrase: NounPhrase) -> bool:
    """Whether the phrase itself, without a conjunct, is plural."""
    return phrase.plural or phrase.count is not None


def kinds(phrase: NounPhrase) -> set[str]:
    """The classes of the noun and of its conjunct."""
    own = {concepts()[phrase.noun.concept].cls}
    return own | kinds(phrase.conjunct) if phrase.conjunct else own


def agreement(phrase: NounPhrase, nearest: bool = False) -> Agreement:
    """What a verb sees of a phrase; of joined things only the last one if `nearest`."""
    if phrase.conjunct is None:
        return Agreement(forms.gender(entry("hi", phrase.noun)), is_plural(phrase))
    second = agreement(phrase.conjunct)
    if nearest and not kinds(phrase) & {"person", "PER"}:
        return second
    feminine = second.gender == "f" and forms.gender(entry("hi", phrase.noun)) == "f"
    return Agreement("f" if feminine else "m", True)


def said(phrase: NounPhrase, node: str, marking: Marking) -> Tokens:
    """The phrase at `node` with its postposition."""
    return [*_joined(phrase, node, marking), *postposition(marking, node)]


def _joined(phrase: NounPhrase, node: str, marking: Marking) -> Tokens:
    tokens = _one(phrase, node, marking)
    if phrase.conjunct is not None:
        second = f"{node}.conjunct"
        joined = _joined(phrase.conjunct, second, marking)
        tokens += [Token(entry("hi", Word("and")).lemma, "CCONJ", second, "conj"), *joined]
    return tokens


def postposition(marking: Marking, node: str) -> Tokens:
    """The words of the postposition."""
    words = [forms.agreeing("का", marking.possessed) if word == "का" else word for word in marking.marker.split()]
    return [Token(word, "ADP", node, "adp") for word in words]


def name(concept: str, node: str) -> Token:
    """A proper name."""
    return proper_name(concept, entry("hi", Word(concept)).lemma, node)


def category(phrase: NounPhrase, node: str, subject: Agreement, some: str) -> Tokens:
    """A predicative noun; it takes the gender of the person it describes, and एक only with an adjective."""
    head = entry("hi", phrase.noun)
    own = forms.gender(head)
    lemma = head.lemma
    if head.has("fem" if subject.gender == "f" else "masc"):
        own, lemma = subject.gender, head.get("fem" if subject.gender == "f" else "masc")
    plural = phrase.plural or subject.plural
    described = _described(phrase, node, lemma, Agreement(own, plural), oblique=False)
    article = some and phrase.adjectives and not plural and not concepts()[phrase.noun.concept].mass
    return [Token(some, "DET", node, "det"), *described] if article else described


def _one(phrase: NounPhrase, node: str, marking: Marking) -> Tokens:
    if is_name(phrase):
        return [name(phrase.noun.concept, node)]
    head, oblique = entry("hi", phrase.noun), bool(marking.marker)
    own = Agreement(forms.gender(head), is_plural(phrase))
    tokens = _possessor(phrase, node, own, oblique)
    if marking.pronoun and phrase.relative:
        form = forms.modifier(marking.pronoun, own.plural, oblique)
        tokens.append(Token(form, "DET", f"{node}.relative", "mark" if marking.pronoun == "जो" else "det"))
    elif not (phrase.definite or phrase.possessor):
        tokens += _indefinite(phrase, node, marking.some, oblique)
    return [*tokens, *_described(phrase, node, _lemma(head, phrase), own, oblique)]


def _lemma(head: Entry, phrase: NounPhrase) -> str:
    return head.get("many", head.lemma) if phrase.plural and not phrase.count else head.lemma


def _possessor(phrase: NounPhrase, node: str, own: Agreement, oblique: bool) -> Tokens:
    if not phrase.possessor:
        return []
    owner = f"{node}.possessor"
    marker = Token(forms.agreeing("का", own, oblique), "ADP", owner, "adp")
    return [name(phrase.possessor, owner), marker]


def _indefinite(phrase: NounPhrase, node: str, some: str, oblique: bool) -> Tokens:
    if phrase.count or concepts()[phrase.noun.concept].mass or not some:
        return []
    if phrase.plural:
        return [Token("कुछ", "DET", node, "det")] if some == "एक" else []
    return [Token("किसी" if some == "कोई" and oblique else some, "DET", node, "det")]


def _described(phrase: NounPhrase, node: str, lemma: str, own: Agreement, oblique: bool) -> Tokens:
    tokens: Tokens = []
    if phrase.count:
        tokens.append(Token(entry("hi", Word(phrase.count)).lemma, "NUM", f"{node}.count"))
    setting = Setting(subject=phrase.noun.concept)
    for i, word in enumerate(phrase.adjectives):
        form = forms.adjective(entry("hi", word, setting), own, oblique)
        tokens.append(Token(form, "ADJ", f"{node}.adjective{i}"))
    gender: Gender = own.gender
    return [*tokens, Token(forms.noun(lemma, gender, own.plural, oblique), "NOUN", node)]
