"""Word tagging: universal parts of speech and named entities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from xlalign.micro.concepts import concepts
from xlalign.micro.digest import Split
from xlalign.micro.grammar import realise
from xlalign.micro.meaning import Clause, NounPhrase
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.sentences import sentence
from xlalign.micro.tasks.items import balanced, example_id
from xlalign.micro.world import World

_ENTITIES = ("PER", "LOC", "ORG")


def udpos(world: World, lang: str, split: Split, count: int) -> list[dict[str, Any]]:
    """Words and their universal parts of speech (Nivre et al. 2020)."""
    return _tagged(world, "udpos", lang, split, count, "upos")


def panx(world: World, lang: str, split: Split, count: int) -> list[dict[str, Any]]:
    """Words and their entities as O, B-, I- with PER, LOC, ORG (Pan et al. 2017), each kind in a third at least."""
    return _tagged(world, "panx", lang, split, count, "entity")


def _tagged(world: World, task: str, lang: str, split: Split, count: int, tag: str) -> list[dict[str, Any]]:
    sentences = (realise(clause, lang) for clause in _meanings(world.seed, task, split, count))
    return [
        {
            "id": example_id(task, split, i),
            "words": found.words,
            "tags": [getattr(token, tag) for token in found.tokens],
        }
        for i, found in enumerate(sentences)
    ]


@cache
def _meanings(seed: int, task: str, split: Split, count: int) -> tuple[Clause, ...]:
    world = World(seed)
    if task == "udpos":
        return tuple(islice(world.meanings(task, split, sentence), count))
    wanted = balanced(world.dice(task, "kinds"), _ENTITIES)
    return tuple(islice(world.meanings(task, split, lambda dice: _naming(dice, next(wanted))), count))


def _naming(dice: Dice, kind: str) -> Clause:
    """A sentence with a name of the kind."""
    while True:
        clause = sentence(dice)
        if any(concepts()[name].cls == kind for name in _names(clause)):
            return clause


def _names(clause: Clause) -> Iterator[str]:
    where = clause.place.where if clause.place else None
    for phrase in (clause.subject, clause.object, clause.recipient, clause.than, where):
        yield from _names_of(phrase)
    for other in (clause.complement, *(joined[1] for joined in (clause.subordinate, clause.coordinate) if joined)):
        if other:
            yield from _names(other)


def _names_of(phrase: NounPhrase | None) -> Iterator[str]:
    if phrase is None:
        return
    if concepts()[phrase.noun.concept].pos == "name":
        yield phrase.noun.concept
    if phrase.possessor:
        yield phrase.possessor
    yield from _names_of(phrase.conjunct)
