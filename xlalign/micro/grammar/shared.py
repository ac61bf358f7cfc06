"""What every grammar does, whatever its language: facts about noun phrases, commas, the finished sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase, Sentence, Token

Tokens = list[Token]
RelativeClause = Callable[[NounPhrase, str], Tokens]
"""Says the relative clause of a phrase, given the phrase and the node of the clause (or of the phrase)."""


# Noun phrases


def is_name(phrase: NounPhrase) -> bool:
    """Whether the noun is a proper name."""
    return concepts()[phrase.noun.concept].pos == "name"


def is_plural(phrase: NounPhrase) -> bool:
    """Whether the phrase stands for more than one."""
    return phrase.plural or phrase.count is not None or phrase.conjunct is not None


def is_indefinite(phrase: NounPhrase | None) -> bool:
    """Whether the phrase brings up something new."""
    return phrase is not None and not (phrase.definite or phrase.possessor or is_name(phrase))


def with_gap_filled(phrase: NounPhrase) -> tuple[Clause, str, NounPhrase]:
    """The relative clause of a phrase, completed; which argument was the gap; and what stands in it now.

    The filler is the phrase without its modifiers, for the clause to agree with but not to say.
    """
    # "the three red keys that Anna saw": the clause says (Anna saw _); the filler is "keys", so that German finds the
    # plural and the case of "die" and Hindi the agreement of the verb, but neither says "three red keys" again.
    assert phrase.relative is not None
    filler = NounPhrase(phrase.noun, plural=phrase.plural or phrase.count is not None)
    clause, gap = phrase.relative.clause, phrase.relative.gap
    complete = replace(clause, subject=filler) if gap == "subject" else replace(clause, object=filler)
    return complete, gap, filler


def proper_name(concept: str, form: str, node: str) -> Token:
    """The token of a name, tagged as the entity that it is."""
    return Token(form, "PROPN", node, "head", f"B-{concepts()[concept].cls}")


# Sentences


def punctuation(form: str, node: str = "punct") -> Token:
    """A punctuation mark glued to the word before it."""
    return Token(form, "PUNCT", node, "punct", space_before=False)


def with_single_commas(tokens: Sequence[Token]) -> Tokens:
    """The tokens with one comma where clause borders meet, and none at the end of the sentence."""
    # Every embedded clause of German and Russian brings a comma before and one behind it, so that where one ends and
    # the next begins two meet: "der Mann , der schläft , , weil ... ," keeps "der Mann , der schläft , weil ...".
    kept: Tokens = []
    for token in tokens:
        if token.form == "," and kept and kept[-1].form == ",":
            kept.pop()
        kept.append(token)
    return kept[:-1] if kept[-1].form == "," else kept


def sentence(language: str, tokens: Sequence[Token], mark: str) -> Sentence:
    """The finished sentence: first letter in upper case, `mark` at the end."""
    return Sentence(language, (*with_capital(tokens), punctuation(mark)))


def with_capital(tokens: Sequence[Token]) -> Tokens:
    """The tokens with the first letter of the first one in upper case."""
    first = tokens[0].form
    return [replace(tokens[0], form=first[0].upper() + first[1:]), *tokens[1:]]
