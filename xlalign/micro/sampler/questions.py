"""Statements of facts and the questions they answer."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase, Question
from xlalign.micro.sampler import facts
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.patterns import Pattern, pattern
from xlalign.micro.sampler.sentences import of_pattern

_STATEMENTS = (
    ("intransitive", "place"),
    ("intransitive", "time"),
    ("intransitive", "place time"),
    ("transitive", "place object.definite"),
    ("transitive", "time object.definite"),
    ("transitive", "object.adjective"),
    ("organisation", "time object.definite"),
    ("ditransitive", "object.definite"),
)

_NODES: dict[Question, str] = {"who": "subject", "what": "object", "where": "place", "when": "time"}


def statement(dice: Dice, verb: str | None = None) -> Clause:
    """A simple affirmative sentence that answers some question, maybe with a given verb."""
    while True:
        clause = of_pattern(dice, dice.pick(_statement_patterns(verb)))
        if questions(clause):
            return clause


@cache
def _statement_patterns(verb: str | None) -> tuple[Pattern, ...]:
    rows: tuple[tuple[str, str], ...] = _STATEMENTS
    if verb is not None:
        cls = concepts()[verb].cls
        possible = [(p, f) for p, f in rows if p == cls and verb in facts.verbs_for(cls, frozenset(f.split()))]
        rows = tuple((p, f"{f} verb={verb}") for p, f in possible)
    return tuple(pattern("statement", 1, predicate, features) for predicate, features in rows)


def questions(clause: Clause) -> list[Question]:
    """What can be asked about a statement so that a part of it is the answer."""
    found: list[Question] = []
    if clause.subject and _is_person(clause.subject):
        found.append("who")
    if (
        clause.object
        and not _is_person(clause.object)
        and "personal" not in facts.verb_facts(clause.verb.concept).flags
    ):
        found.append("what")
    if clause.place:
        found.append("where")
    if clause.time and clause.time not in facts.FREQUENCY:
        found.append("when")
    return found


def ask(clause: Clause, question: Question) -> Clause:
    """The statement as a question about one of its parts."""
    parts = {"subject": clause.subject, "object": clause.object, "place": clause.place, "time": clause.time}
    parts[_NODES[question]] = None
    return replace(clause, question=question, **parts)  # type: ignore[arg-type]


def answer_node(question: Question) -> str:
    """The node of the statement that answers the question."""
    return _NODES[question]


def _is_person(phrase: NounPhrase) -> bool:
    return concepts()[phrase.noun.concept].cls in ("person", "PER", "ORG")
