"""A simple sentence that can be edited: what premises and hypotheses are made of."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field

from xlalign.micro.concepts import concepts
from xlalign.micro.meaning import Clause, NounPhrase, Place, Tense, Word


@dataclass(slots=True)
class Thing:
    """A definite noun or a name. `shown` is what is said of it: `base`, or a hypernym of it."""

    base: str
    shown: str
    variant: int = 0
    plural: bool = False
    count: str | None = None
    adjectives: list[Word] = field(default_factory=list)

    @property
    def is_name(self) -> bool:
        """Whether it takes no modifiers."""
        return concepts()[self.base].pos == "name"

    def phrase(self) -> NounPhrase:
        """As a noun phrase, adjectives in their usual order (size first, colour last)."""
        order = sorted(self.adjectives, key=lambda word: _rank(word.concept))
        return NounPhrase(Word(self.shown, self.variant), self.plural, True, self.count, tuple(order))

    def copy(self) -> Thing:
        """An independent copy."""
        return Thing(self.base, self.shown, self.variant, self.plural, self.count, list(self.adjectives))


@dataclass(slots=True)
class Scene:
    """Subject, verb, at most one of object and quality, and at most one adverbial of each kind."""

    verb: Word
    subject: Thing
    object: Thing | None = None
    quality: Word | None = None
    place: tuple[str, Word] | None = None
    time: str | None = None
    manner: str | None = None
    tense: Tense = "present"
    negated: bool = False
    passive: bool = False

    def things(self) -> Iterator[Thing]:
        """Subject and object."""
        yield self.subject
        if self.object:
            yield self.object

    def clause(self) -> Clause:
        """The meaning."""
        return Clause(
            verb=self.verb,
            subject=self.subject.phrase(),
            object=self.object.phrase() if self.object else None,
            quality=self.quality,
            place=Place(self.place[0], NounPhrase(self.place[1])) if self.place else None,
            time=self.time,
            manner=self.manner,
            tense=self.tense,
            negated=self.negated,
            passive=self.passive,
        )

    def copy(self) -> Scene:
        """An independent copy."""
        twin = copy(self)
        twin.subject, twin.object = self.subject.copy(), self.object.copy() if self.object else None
        return twin


def _rank(concept: str) -> int:
    return _RANKS[concept]


_RANKS = {concept: i for i, concept in enumerate(concepts())}
