"""Natural language inference (Conneau et al. 2018): does the hypothesis follow from the premise?"""

from __future__ import annotations

from functools import cache
from itertools import islice

from xlalign.micro.digest import Split, digest, split_of
from xlalign.micro.grammar import realise
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.inference import LABELS, Inference, Label, derive, open_hypothesis
from xlalign.micro.tasks.items import accepts, balanced, example_id
from xlalign.micro.world import World


def examples(world: World, lang: str, split: Split, count: int) -> list[dict[str, str]]:
    """Premise, hypothesis and label; the labels are balanced."""
    return [
        {
            "id": example_id("xnli", split, i),
            "first": realise(item.premise, lang).text,
            "second": realise(item.hypothesis, lang).text,
            "label": item.label,
        }
        for i, item in enumerate(items(world.seed, split, count))
    ]


@cache
def items(seed: int, split: Split, count: int) -> tuple[Inference, ...]:
    """The meanings of the examples."""
    dice, seen = Dice(seed, "xnli", split), set[tuple[str, str]]()
    return tuple(_next(dice, split, label, seen) for label in islice(balanced(dice, LABELS), count))


def _next(dice: Dice, split: Split, label: Label, seen: set[tuple[str, str]]) -> Inference:
    while True:
        scene = open_hypothesis(dice)
        clause = scene.clause()
        if split_of(clause) != split:
            continue
        premise = derive(dice, scene, label)
        key = digest(premise), digest(clause)
        if accepts(dice, split, premise, clause) and premise != clause and key not in seen:
            seen.add(key)
            return Inference(premise, clause, label)
