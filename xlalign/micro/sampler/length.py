"""How long a meaning is when said, about, so that sentences are neither too short nor too long."""

from __future__ import annotations

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase

SHORTEST, LONGEST = 3, 13
"""Words of a sentence, without its full stop."""

_TIME_WORDS = {"in_the_morning": 3, "in_the_evening": 3, "at_night": 2, "last_week": 2, "last_night": 2, "next_week": 2}


def size(clause: Clause) -> int:
    """The number of words in an articled language such as English."""
    arguments = (clause.object, clause.recipient, clause.than, clause.category)
    unsaid = clause.agentless or clause.imperative
    words = 1 + sum(_phrase(phrase) for phrase in arguments) + (0 if unsaid else _phrase(clause.subject))
    words += sum(
        map(bool, (clause.recipient, clause.than, clause.quality, clause.manner, clause.modal, clause.existential))
    )
    words += 2 * clause.passive - clause.agentless + 2 * clause.negated + (clause.tense == "future")
    words += 2 * bool(clause.question) + (_TIME_WORDS.get(clause.time, 1) if clause.time else 0)
    if clause.place:
        words += 1 + _phrase(clause.place.where)
    others = (clause.complement, *(joined[1] for joined in (clause.subordinate, clause.coordinate) if joined))
    return words + sum(1 + size(other) for other in others if other)


def _phrase(phrase: NounPhrase | None) -> int:
    if phrase is None:
        return 0
    if concepts()[phrase.noun.concept].pos == "name":
        words = 1
    else:
        words = 1 + phrase.definite + bool(phrase.count) + 1 * bool(phrase.possessor) + len(phrase.adjectives)
        words += not (phrase.definite or phrase.plural)
    if phrase.relative:
        words += 1 + size(phrase.relative.clause)
    return words + (1 + _phrase(phrase.conjunct) if phrase.conjunct else 0)
