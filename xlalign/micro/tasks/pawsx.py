"""Paraphrase or not (Yang et al. 2019): pairs that share their words, whose order alone tells.

Both labels go through the same changes of wording (voice, synonyms, "bigger" against "smaller"); a non-paraphrase also
has its two participants exchanged.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NamedTuple

from xlalign.micro.concepts import concepts, varied_concepts
from xlalign.micro.digest import Split, digest
from xlalign.micro.grammar import realise
from xlalign.micro.meaning import Clause, NounPhrase, Word
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.patterns import Pattern, pattern
from xlalign.micro.sampler.sentences import of_pattern
from xlalign.micro.tasks.items import accepts, balanced, example_id
from xlalign.micro.world import World

_MUTUAL = ("see", "help", "hear", "follow")
"""Verbs that take persons on both sides and adverbials."""


class Paraphrase(NamedTuple):
    """Two meanings and "1" if they are the same."""

    first: Clause
    second: Clause
    label: str


def examples(world: World, lang: str, split: Split, count: int) -> list[dict[str, str]]:
    """Two sentences and whether they mean the same; the labels are balanced."""
    return [
        {
            "id": example_id("pawsx", split, i),
            "first": realise(item.first, lang).text,
            "second": realise(item.second, lang).text,
            "label": item.label,
        }
        for i, item in enumerate(items(world.seed, split, count))
    ]


@cache
def items(seed: int, split: Split, count: int) -> tuple[Paraphrase, ...]:
    """The meanings of the examples."""
    dice, seen = Dice(seed, "pawsx", split), set[tuple[str, str]]()
    return tuple(_next(dice, split, label, seen) for label in islice(balanced(dice, ("0", "1")), count))


def _next(dice: Dice, split: Split, label: str, seen: set[tuple[str, str]]) -> Paraphrase:
    while True:
        first = _exchangeable(dice)
        second = _reword(dice, first if label == "1" else _exchange(first))
        key = digest(first), digest(second)
        if accepts(dice, split, first, second) and second != first and key not in seen:
            seen.add(key)
            return Paraphrase(first, second, label)


def _exchangeable(dice: Dice) -> Clause:
    """A sentence whose subject could be its object, or its recipient, or what it is compared with."""
    while True:
        clause = of_pattern(dice, dice.pick(_patterns()))
        if clause.than is not None or _interchange(clause):
            return clause


@cache
def _patterns() -> tuple[Pattern, ...]:
    mutual = [("transitive", f"{more} verb={verb}") for verb in _MUTUAL for more in ("plain", "plain time", "place")]
    # As many of each kind as there are of mutual verbs.
    others = [("ditransitive", "plain"), ("comparative", "plain")] * (len(mutual) // 2)
    return tuple(pattern("paraphrase", 1, predicate, features) for predicate, features in mutual + others)


def _interchange(clause: Clause) -> bool:
    other = clause.recipient or clause.object
    return all(phrase is not None and _is_person(phrase) for phrase in (clause.subject, other))


def _is_person(phrase: NounPhrase) -> bool:
    return concepts()[phrase.noun.concept].cls in ("person", "PER")


def _exchange(clause: Clause) -> Clause:
    if clause.than is not None:
        return replace(clause, subject=clause.than, than=clause.subject)
    if clause.recipient is not None:
        return replace(clause, subject=clause.recipient, recipient=clause.subject)
    return replace(clause, subject=clause.object, object=clause.subject)


def _reword(dice: Dice, clause: Clause) -> Clause:
    # "The bed is bigger than the chair" -> "The chair is smaller than the bed": the same meaning, every word moved.
    if clause.than is not None and clause.quality is not None:
        opposite = concepts()[clause.quality.concept].contrast
        assert opposite is not None
        return replace(clause, subject=clause.than, than=clause.subject, quality=Word(opposite))
    varied = clause.verb.concept in varied_concepts()
    verb = Word(clause.verb.concept, 1 - clause.verb.variant)
    return replace(clause, passive=not varied or dice.chance(0.5), verb=verb)
