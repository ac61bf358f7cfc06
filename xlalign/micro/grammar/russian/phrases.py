"""Russian noun phrases: numerals, adjectives, possessor, relative clause, conjunct; and prepositions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry, entry
from xlalign.micro.grammar.russian import declension
from xlalign.micro.grammar.russian.declension import Case, Gender
from xlalign.micro.grammar.shared import RelativeClause, Tokens, is_name, is_plural, proper_name
from xlalign.micro.meaning import NounPhrase, Token, Word


def agreement(phrase: NounPhrase) -> Gender:
    """What the verb agrees with: the gender, or the plural."""
    return "p" if is_plural(phrase) else declension.gender_of(entry("ru", phrase.noun))


def sex(phrase: NounPhrase | None) -> Literal["m", "f"]:
    """Feminine where the phrase speaks of women only."""
    if phrase is None:
        return "m"
    head = entry("ru", phrase.noun)
    female = head.has("female") or (is_name(phrase) and head.has("f"))
    return "f" if female and (phrase.conjunct is None or sex(phrase.conjunct) == "f") else "m"


def of_sex(noun: Entry, wanted: Literal["m", "f"]) -> Entry:
    """The noun for a man or a woman of this occupation, where the language makes the difference."""
    if wanted == "f" and noun.has("fem"):
        return _sexed(noun.concept, noun.get("fem"), "f")
    return _sexed(noun.concept, noun.get("masc"), "m") if wanted == "m" and noun.has("masc") else noun


_SEXED: dict[tuple[str, str], Entry] = {}


def _sexed(concept: str, lemma: str, gender: str) -> Entry:
    # One entry for each, because the inflections are remembered by entry.
    return _SEXED.setdefault((concept, lemma), Entry(concept, lemma, {gender: "", "anim": ""}))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Case and number of the noun and of its adjectives, which a numeral may tear apart."""

    noun_case: Case
    noun_plural: bool
    adjective_case: Case
    adjective_gender: Gender
    numeral: str = ""


class RussianPhrases:
    """Says noun phrases; relative clauses come from the grammar of clauses."""

    def __init__(self, relative: RelativeClause) -> None:
        self._relative = relative

    def phrase(self, phrase: NounPhrase, path: str, case: Case, *, place: bool = False) -> Tokens:
        """The phrase at node `path`; `place` asks for the second locative (в саду)."""
        if is_name(phrase):
            tokens = [name(phrase.noun, path, case)]
        else:
            tokens = self.described(phrase, entry("ru", phrase.noun), path, case, place=place)
        if phrase.conjunct is not None:
            node = f"{path}.conjunct"
            tokens += [Token("и", "CCONJ", node, "conj"), *self.phrase(phrase.conjunct, node, case, place=place)]
        return tokens

    def described(self, phrase: NounPhrase, head: Entry, path: str, case: Case, *, place: bool = False) -> Tokens:
        """A phrase around the given noun."""
        shape, animate = _shape(phrase, head, case), head.has("anim")
        tokens = [Token(shape.numeral, "NUM", f"{path}.count")] if shape.numeral else []
        adjectives = [(entry("ru", word).lemma, f"{path}.adjective{i}") for i, word in enumerate(phrase.adjectives)]
        if head.has("before"):
            adjectives.append((head.get("before"), path))
        for lemma, node in adjectives:
            form = declension.adjective(lemma, shape.adjective_case, shape.adjective_gender, animate)
            tokens.append(Token(form, "ADJ", node))
        tokens.append(Token(_noun(head, shape, place), "NOUN", path))
        if head.has("after"):
            tokens.append(Token(head.get("after"), "NOUN", path))
        if phrase.possessor:
            tokens.append(name(Word(phrase.possessor), f"{path}.possessor", "gen"))
        if phrase.relative is not None:
            tokens += self._relative(phrase, f"{path}.relative")
        return tokens

    def after(self, preposition: str, case: Case, node: str, phrase: NounPhrase, path: str) -> Tokens:
        """A preposition with its phrase."""
        place = case == "pre" and preposition in {"в", "на"}
        return [Token(preposition, "ADP", node, "adp"), *self.phrase(phrase, path, case, place=place)]


def name(word: Word, path: str, case: Case) -> Token:
    """A proper name."""
    form = declension.noun(entry("ru", word), case)
    return proper_name(word.concept, form, path)


def _noun(head: Entry, shape: _Shape, place: bool) -> str:
    if shape.numeral and head.has("counted") and shape.noun_case == "gen" and shape.noun_plural:
        return head.get("counted")
    if place and shape.noun_case == "pre" and not shape.noun_plural:
        return declension.locative(head)
    return declension.noun(head, shape.noun_case, shape.noun_plural)


def _shape(phrase: NounPhrase, head: Entry, case: Case) -> _Shape:
    plural = phrase.plural or phrase.count is not None or head.has("plurale")
    gender: Gender = "p" if plural else declension.gender_of(head)
    if not phrase.count:
        return _Shape(case, plural, case, gender)
    numeral = entry("ru", Word(phrase.count)).lemma
    # два больших стола (nom: gen. singular, adjective gen. plural), двух столов (gen), пять столов (nom: gen. plural),
    # вижу двух мальчиков (acc, animate: genitive), вижу два стола (acc, inanimate: as the nominative).
    few = numeral in declension.FEW
    if few and case == "acc" and head.has("anim"):
        return _Shape("gen", True, "gen", "p", declension.numeral(numeral, "gen"))
    if case not in {"nom", "acc"}:
        return _Shape(case, True, case, "p", declension.numeral(numeral, case))
    if not few:
        return _Shape("gen", True, "gen", "p", numeral)
    return _few(numeral, head)


def _few(numeral: str, head: Entry) -> _Shape:
    """Two to four: the noun in the genitive singular, but not one that has none or is an adjective."""
    if head.has("plurale"):
        return _Shape("gen", True, "gen", "p", declension.COLLECTIVE[numeral])
    feminine = head.has("f")
    spoken = "две" if feminine and numeral == "два" else numeral
    if head.has("adjectival"):
        return _Shape("gen", True, "gen", "p", spoken)
    return _Shape("gen", False, "nom" if feminine else "gen", "p", spoken)
