"""Two related sentences: what makes a masked word predictable from the other sentence.

Most documents are a premise and a hypothesis; the rest a question and its answer, or a statement and one more about
the same subject. Reading them teaches an encoder to compare sentences, which inference needs.
"""

from __future__ import annotations

from xlalign.micro.concepts import concepts
from xlalign.micro.digest import Split, split_of
from xlalign.micro.meaning import Clause, Word
from xlalign.micro.sampler import facts
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.inference import LABELS, derive, open_hypothesis
from xlalign.micro.sampler.questions import ask, questions, statement

KINDS = ("inference", "question", "elaboration")
KIND_WEIGHTS = (0.7, 0.85, 1.0)
LABEL_WEIGHTS = (0.5, 0.75, 1.0)
"""Cumulative, of entailment, neutral, contradiction."""


def document(dice: Dice, split: Split) -> tuple[Clause, Clause]:
    """Two related meanings, both of the split."""
    draw = {"inference": _inference, "question": _question, "elaboration": _elaboration}
    kind = dice.weighted(KINDS, KIND_WEIGHTS)
    while True:
        first, second = draw[kind](dice)
        if split_of(first) == split == split_of(second):
            return first, second


def _inference(dice: Dice) -> tuple[Clause, Clause]:
    scene = open_hypothesis(dice)
    return derive(dice, scene, dice.weighted(LABELS, LABEL_WEIGHTS)), scene.clause()


def _question(dice: Dice) -> tuple[Clause, Clause]:
    answer = statement(dice)
    return ask(answer, dice.pick(questions(answer))), answer


def _elaboration(dice: Dice) -> tuple[Clause, Clause]:
    first = statement(dice)
    assert first.subject is not None
    concept = first.subject.noun.concept
    if concepts()[concept].cls == "ORG":
        return _elaboration(dice)
    known = "woman" if concepts()[concept].cls == "PER" else concept
    quality = Word(dice.pick(facts.qualities(known, "adjective")))
    return first, Clause(
        Word("be"), first.subject, quality=quality, tense="past" if first.tense == "past" else "present"
    )
