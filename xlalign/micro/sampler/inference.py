"""Premise and hypothesis with a label that follows from the meaning.

The hypothesis is drawn first, from one distribution, and only such that every label is possible; then the premise is
derived. A hypothesis alone therefore says nothing about the label. Words of the hypothesis that the premise lacks say
little: an entailing premise says one word otherwise more often, by as many words as the others change or drop.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from xlalign.micro.meaning import Clause
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.edits import (
    Edits,
    additions,
    drop_adverbials,
    flips,
    losses,
    rewrites,
)
from xlalign.micro.sampler.hypotheses import hypothesis, rates, weights
from xlalign.micro.sampler.scene import Scene

Label = Literal["entailment", "neutral", "contradiction"]
LABELS: tuple[Label, ...] = ("entailment", "neutral", "contradiction")

_LOSING_NO_WORD = {"generalise", "quality"}
"""Losses that put another word in place of the lost one."""


class Inference(NamedTuple):
    """Two meanings and how the second follows from the first."""

    premise: Clause
    hypothesis: Clause
    label: Label


def inference(dice: Dice, label: Label) -> Inference:
    """An item with the given label."""
    scene = open_hypothesis(dice)
    return Inference(derive(dice, scene, label), scene.clause(), label)


def open_hypothesis(dice: Dice) -> Scene:
    """A hypothesis for which a premise of every label exists."""
    scene = hypothesis(dice)
    while not _supports_every_label(scene):
        scene = hypothesis(dice)
    return scene


def derive(dice: Dice, scene: Scene, label: Label) -> Clause:
    """A premise from which the label follows."""
    return _premise(dice, scene, label).clause()


def _supports_every_label(scene: Scene) -> bool:
    complete = scene.place is not None or scene.quality is not None or scene.verb.concept != "be"
    return complete and bool(losses(scene)) and bool(rewrites(scene, scene))


def _premise(dice: Dice, scene: Scene, label: Label) -> Scene:
    # Hypothesis "the dog sleeps in the garden":
    # entailment      the hound sleeps in the garden today         a rewrite, an addition
    # neutral         the dog sleeps                               a loss: where, is left open
    # contradiction   the dog does not sleep in the garden         a flip
    # The other two labels rewrite one word less, so that new words in the hypothesis betray nothing.
    premise = scene.copy()
    extra, rewritten = dice.weighted((0, 1, 2), weights("distractors")), dice.weighted((0, 1, 2), weights("rewrites"))
    if label == "entailment":
        if scene.negated and dice.chance(rates()["premise"]["drop_under_negation"]):
            _apply(dice, premise, drop_adverbials(scene))
    else:
        rewritten = max(rewritten - 1, 0)
        kind = _apply_weighted(dice, premise, flips(scene) if label == "contradiction" else losses(scene), label)
        if label == "neutral" and not scene.negated and kind not in _LOSING_NO_WORD:
            extra += 1
    for _ in range(rewritten):
        _apply(dice, premise, rewrites(scene, premise))
    for _ in range(extra):
        _apply(dice, premise, additions(scene, premise, adverbials=not premise.negated))
    if premise.object and dice.chance(rates()["premise"]["voice"]):
        premise.passive = not premise.passive
    return premise


def _apply(dice: Dice, scene: Scene, edits: Edits) -> None:
    if edits:
        dice.pick(edits)[1](scene, dice)


def _apply_weighted(dice: Dice, scene: Scene, edits: Edits, label: Label) -> str:
    """Apply one edit; the kinds share the draw by their weights, whatever the number of edits of a kind."""
    table, total, running = rates()[label], 0.0, []
    counts: dict[str, int] = {}
    for kind, _ in edits:
        counts[kind] = counts.get(kind, 0) + 1
    # Edits [flip count, flip count, negate] with weights count 2, negation 1: each count gets 2 / 2, so that the
    # running sum is 1, 2, 3 and a sentence with many numbers is not negated less often than its weight says.
    for kind, _ in edits:
        total += table[kind] / counts[kind]
        running.append(total)
    kind, edit = dice.weighted(edits, running)
    edit(scene, dice)
    return kind
