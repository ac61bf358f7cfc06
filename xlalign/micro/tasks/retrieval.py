"""Finding translations: Tatoeba (Artetxe & Schwenk 2019) and BUCC (Zweigenbaum et al. 2018)."""

from __future__ import annotations

from functools import cache
from typing import Any

from xlalign.micro.digest import Split
from xlalign.micro.grammar import realise
from xlalign.micro.meaning import Clause
from xlalign.micro.tasks.items import example_id
from xlalign.micro.world import World

DISTRACTORS = 1.0
"""Sentences without a translation on either side of bucc, per true pair."""


def tatoeba(world: World, lang: str, split: Split, count: int) -> list[dict[str, str]]:
    """Sentences of the language and their English translations; no two sentences are the same."""
    return [
        {
            "id": example_id("tatoeba", split, i),
            "source": realise(clause, lang).text,
            "target": realise(clause, "en").text,
        }
        for i, clause in enumerate(_different(world.seed, "tatoeba", split, count))
    ]


def bucc(world: World, lang: str, split: Split, count: int) -> list[dict[str, Any]]:
    """One example: two lists of sentences, some of which are translations of each other."""
    extra = int(count * DISTRACTORS)
    clauses = _different(world.seed, "bucc", split, count + 2 * extra)
    # count 2, extra 2 of clauses 0..5: sources 0 1 2 3, targets 0 1 4 5; 0 and 1 are the translations to be found.
    sources = clauses[: count + extra]
    targets = (*clauses[:count], *clauses[count + extra :])
    dice = world.dice("bucc", split, "order")
    left = dice.shuffled(list(enumerate(sources)))
    right = dice.shuffled(list(enumerate(targets)))
    source_ids = {number: f"{lang}-{position:06d}" for position, (number, _) in enumerate(left)}
    target_ids = {number: f"en-{position:06d}" for position, (number, _) in enumerate(right)}
    return [
        {
            "source": [(source_ids[number], realise(clause, lang).text) for number, clause in left],
            "target": [(target_ids[number], realise(clause, "en").text) for number, clause in right],
            "gold": sorted((source_ids[number], target_ids[number]) for number in range(count)),
        }
    ]


@cache
def _different(seed: int, task: str, split: Split, count: int) -> tuple[Clause, ...]:
    """Meanings whose English sentences differ too."""
    seen: dict[str, Clause] = {}
    for clause in World(seed).meanings(task, split):
        seen.setdefault(realise(clause, "en").text, clause)
        if len(seen) == count:
            break
    return tuple(seen.values())
