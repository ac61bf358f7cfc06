"""Single sentences of every pattern."""

from __future__ import annotations

from functools import cache
from typing import cast

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase, Question, Tense
from xlalign.micro.sampler import facts
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.draft import SIMPLE, Draft, Parts
from xlalign.micro.sampler.patterns import Pattern, cumulative_weights, pattern, patterns

_ASKED = {"who": "subject", "what": "object", "where": "place", "when": "time"}
_EMBEDDED_NEGATION = 0.15
SHORTEST, LONGEST = 3, 13
"""Words of a sentence, without its full stop."""

_TIME_WORDS = {"in_the_morning": 3, "in_the_evening": 3, "at_night": 2, "last_week": 2, "last_night": 2, "next_week": 2}


def sentence(dice: Dice) -> Clause:
    """A clause of a drawn pattern."""
    return of_pattern(dice, dice.weighted(patterns(), cumulative_weights()))


def of_pattern(dice: Dice, wanted: Pattern) -> Clause:
    """A clause of the given pattern."""
    while True:
        parts = _complete(Draft(dice, wanted))
        if parts is not None and SHORTEST <= length(clause := Clause(**parts)) <= LONGEST:
            return clause


def _complete(draft: Draft) -> Parts | None:
    """All parts of the clause; None where the drawn actor can be at no such place, so that another must be drawn."""
    parts = draft.parts()
    if not _adverbials(draft, parts):
        return None
    _join(draft, parts)
    question = draft.pattern.values.get("question")
    if question:
        parts["question"] = cast("Question", question)
        if question in _ASKED:
            parts[_ASKED[question]] = None
    if "imperative" in draft.pattern.wants:
        parts["subject"] = None
    return parts


def _adverbials(draft: Draft, parts: Parts) -> bool:
    wants, verb = draft.pattern.wants, parts["verb"].concept
    if "place" in wants:
        _place(draft, parts)
        if parts["place"] is None:
            return False
    if "manner" in wants:
        parts["manner"] = draft.dice.pick(facts.verb_facts(verb).manners)
    if wants & {"time", "frequency", "today"}:
        parts["time"] = _time(draft, verb)
    elif _is_too_short(draft, parts):
        _lengthen(draft, parts)
    return True


def _place(draft: Draft, parts: Parts) -> None:
    kinds = facts.verb_facts(parts["verb"].concept).kinds
    parts["place"] = draft.phrases.place(kinds, parts["subject"].noun.concept)


def _time(draft: Draft, verb: str) -> str:
    if "frequency" in draft.pattern.wants:
        return draft.dice.pick(facts.FREQUENCY)
    if "today" in draft.pattern.wants:
        return "today"
    return draft.dice.pick(facts.times_of(verb, draft.tense, "modal" in draft.pattern.values))


def _is_too_short(draft: Draft, parts: Parts) -> bool:
    """Whether nothing but subject and verb is there ("Anna sleeps")."""
    bare = not any(parts.get(part) for part in ("object", "quality", "category", "place", "manner", "time"))
    return bare and draft.pattern.predicate != "clausal"


def _lengthen(draft: Draft, parts: Parts) -> None:
    question = draft.pattern.values.get("question")
    if question != "where" and draft.dice.chance(0.6):
        _place(draft, parts)
    if not parts.get("place") and question != "when":
        parts["time"] = _time(draft, parts["verb"].concept)


def _join(draft: Draft, parts: Parts) -> None:
    values, tense = draft.pattern.values, cast("Tense", parts["tense"])
    if draft.pattern.predicate == "clausal":
        parts["complement"] = _embedded(draft, "future" if parts["verb"].concept == "hope" else None)
    if "subordinate" in values:
        conjunction = values["subordinate"]
        parts["subordinate"] = (conjunction, _embedded(draft, "present" if tense == "future" else tense))
    if "coordinate" in values:
        parts["coordinate"] = (values["coordinate"], _embedded(draft, tense))


def _embedded(draft: Draft, tense: Tense | None) -> Clause:
    """A short clause in the same sentence, of the given tense if any."""
    wanted = _embedded_pattern(draft.dice.pick(SIMPLE), tense, draft.dice.chance(_EMBEDDED_NEGATION))
    while True:
        parts = _complete(Draft(draft.dice, wanted, draft.phrases))
        if parts is not None:
            return Clause(**parts)


@cache
def _embedded_pattern(predicate: str, tense: Tense | None, negated: bool) -> Pattern:
    features = ["plain"] + ([f"tense={tense}"] if tense else []) + (["negated"] if negated else [])
    return pattern("embedded", 1, predicate, " ".join(features))


# Length


def length(clause: Clause) -> int:
    """The number of words in an articled language such as English."""
    # "The dog sleeps in the garden.": verb 1, subject 2 (noun, article), place 1 + 2 = 6 words.
    arguments = (clause.object, clause.recipient, clause.than, clause.category)
    unsaid = clause.agentless or clause.imperative
    words = 1 + sum(_phrase_length(phrase) for phrase in arguments) + (0 if unsaid else _phrase_length(clause.subject))
    words += sum(
        map(bool, (clause.recipient, clause.than, clause.quality, clause.manner, clause.modal, clause.existential))
    )
    words += 2 * clause.passive - clause.agentless + 2 * clause.negated + (clause.tense == "future")
    words += 2 * bool(clause.question) + (_TIME_WORDS.get(clause.time, 1) if clause.time else 0)
    if clause.place:
        words += 1 + _phrase_length(clause.place.where)
    others = (clause.complement, *(joined[1] for joined in (clause.subordinate, clause.coordinate) if joined))
    return words + sum(1 + length(other) for other in others if other)


def _phrase_length(phrase: NounPhrase | None) -> int:
    if phrase is None:
        return 0
    if concepts()[phrase.noun.concept].pos == "name":
        words = 1
    else:
        words = 1 + phrase.definite + bool(phrase.count) + 1 * bool(phrase.possessor) + len(phrase.adjectives)
        words += not (phrase.definite or phrase.plural)
    if phrase.relative:
        words += 1 + length(phrase.relative.clause)
    return words + (1 + _phrase_length(phrase.conjunct) if phrase.conjunct else 0)
