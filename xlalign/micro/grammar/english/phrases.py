"""English noun phrases: article or possessor, numeral, adjectives, noun, relative clause, conjunct."""

from __future__ import annotations

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import Entry, entry
from xlalign.micro.grammar.shared import RelativeClause, Tokens, is_name, proper_name
from xlalign.micro.meaning import NounPhrase, Token, Word


class EnglishPhrases:
    """Says noun phrases; relative clauses come from the grammar of clauses."""

    def __init__(self, relative: RelativeClause) -> None:
        self._relative = relative

    def phrase(self, phrase: NounPhrase | None, node: str) -> Tokens:
        """The phrase at `node`; nothing where there is none."""
        if phrase is None:
            return []
        tokens = _determined(phrase, node)
        if phrase.relative:
            tokens += self._relative(phrase, f"{node}.relative")
        if phrase.conjunct:
            tokens.append(Token("and", "CCONJ", f"{node}.conjunct", "conj"))
            tokens += self.phrase(phrase.conjunct, f"{node}.conjunct")
        return tokens


def noun(head: Entry, plural: bool) -> str:
    """A noun; the lexicon has the plurals that do not end in a plain *-s*."""
    return head.get("pl", head.lemma + "s") if plural else head.lemma


def _determined(phrase: NounPhrase, node: str) -> Tokens:
    if is_name(phrase):
        return [_name(phrase.noun.concept, node)]
    tokens = [Token(entry("en", Word(phrase.count)).lemma, "NUM", f"{node}.count")] if phrase.count else []
    for i, adjective in enumerate(phrase.adjectives):
        tokens.append(Token(entry("en", adjective).lemma, "ADJ", f"{node}.adjective{i}"))
    plural = phrase.plural or phrase.count is not None
    tokens.append(Token(noun(entry("en", phrase.noun), plural), "NOUN", node))
    if phrase.possessor:
        marker = Token("'s", "PART", f"{node}.possessor", "adp", space_before=False)
        return [_name(phrase.possessor, f"{node}.possessor"), marker, *tokens]
    article = _article(phrase, tokens[0].form, concepts()[phrase.noun.concept].mass)
    return [Token(article, "DET", node, "det"), *tokens] if article else tokens


def _article(phrase: NounPhrase, following: str, mass: bool) -> str:
    if phrase.definite:
        return "the"
    if phrase.plural or phrase.count or mass:
        return ""
    return "an" if following[0] in "aeiou" else "a"  # by the next word, so "an old dog" but "a dog"


def _name(concept: str, node: str) -> Token:
    return proper_name(concept, entry("en", Word(concept)).lemma, node)
