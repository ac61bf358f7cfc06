"""What several grammars ask about a noun phrase, whatever its words."""

from __future__ import annotations

from dataclasses import replace

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase


def is_name(phrase: NounPhrase) -> bool:
    """Whether the noun is a proper name."""
    return concepts()[phrase.noun.concept].pos == "name"


def is_plural(phrase: NounPhrase) -> bool:
    """Whether the phrase stands for more than one."""
    return phrase.plural or phrase.count is not None or phrase.conjunct is not None


def is_indefinite(phrase: NounPhrase | None) -> bool:
    """Whether the phrase brings up something new."""
    return phrase is not None and not (phrase.definite or phrase.possessor or is_name(phrase))


def filled(phrase: NounPhrase) -> tuple[Clause, str, NounPhrase]:
    """The relative clause of a phrase, completed; which argument was the gap; and what stands in it now.

    The filler is the phrase without its modifiers, for the clause to agree with but not to say.
    """
    assert phrase.relative is not None
    filler = NounPhrase(phrase.noun, plural=phrase.plural or phrase.count is not None)
    clause, gap = phrase.relative.clause, phrase.relative.gap
    complete = replace(clause, subject=filler) if gap == "subject" else replace(clause, object=filler)
    return complete, gap, filler
