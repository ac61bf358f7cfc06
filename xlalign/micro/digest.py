"""The identity of a meaning, and the split it belongs to for ever.

The digest leaves out what some language does not always say (synonym choice, definiteness, the plural without a
numeral), so that two meanings with different digests differ in every language, and no test sentence appears in
anybody's training data.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from xlalign.micro.meaning import Clause, NounPhrase

Split = Literal["train", "dev", "test"]
SHARES: dict[Split, float] = {"train": 0.7, "dev": 0.15, "test": 0.15}
"""Which share of all meanings belongs to a split, whatever the world's seed."""

_BOUNDS: tuple[tuple[Split, int], ...] = (("train", 70), ("dev", 85), ("test", 100))


def digest(clause: Clause) -> str:
    """16 hex digits that identify what is said, apart from synonyms, definiteness and bare plurals."""
    return blake2b(_clause(clause).encode(), digest_size=8).hexdigest()


def split_of(clause: Clause) -> Split:
    """Where a meaning belongs, by `SHARES`."""
    # A digest that ends on bucket 69 is train, 70 to 84 dev, 85 to 99 test, in every world and for every task.
    bucket = int(digest(clause), 16) % 100
    return next(split for split, bound in _BOUNDS if bucket < bound)


def _phrase(phrase: NounPhrase | None) -> str:
    if phrase is None:
        return "-"
    adjectives = ",".join([word.concept for word in phrase.adjectives])
    relative = phrase.relative and f"{phrase.relative.gap}:{_clause(phrase.relative.clause)}"
    conjunct = phrase.conjunct and _phrase(phrase.conjunct)
    return f"[{phrase.noun.concept} {phrase.count} {adjectives} {phrase.possessor} {relative} {conjunct}]"


def _clause(c: Clause) -> str:
    unsaid = c.agentless or c.imperative
    pieces = [
        c.verb.concept,
        "-" if unsaid else _phrase(c.subject),
        _phrase(c.object),
        _phrase(c.recipient),
        c.quality.concept if c.quality else "-",
        _phrase(c.than),
        _phrase(c.category),
        f"{c.place.preposition} {_phrase(c.place.where)}" if c.place else "-",
        f"{c.time} {c.manner} {c.tense} {c.negated} {c.passive} {c.agentless} {c.existential} {c.imperative} {c.modal}",
        f"{c.question}",
    ]
    if c.complement:
        pieces.append(f"that {_clause(c.complement)}")
    joined = (c.subordinate, c.coordinate)
    pieces += [f"{other[0]} {_clause(other[1])}" if other else "-" for other in joined]
    return "(" + "|".join(pieces) + ")"
