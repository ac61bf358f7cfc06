"""The micro-world: any number of sentences, pairs and documents, a function of one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from xlalign.micro.digest import Split, digest, split_of
from xlalign.micro.documents import document
from xlalign.micro.grammar import realise
from xlalign.micro.meaning import Clause, Sentence
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.inference import LABELS, inference
from xlalign.micro.sampler.sentences import sentence

_SIMPLE_SHARE = 0.4
"""Share of sentences that are premises or hypotheses rather than of any pattern."""


class WorldPair(NamedTuple):
    """One meaning in two languages."""

    source: Sentence
    target: Sentence


class World:
    """A micro-world. Equal seeds give equal worlds on every machine; the splits are the same in all worlds.

    Args:
        seed: any integer.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def dice(self, *key: str | int) -> Dice:
        """The random stream of one purpose."""
        return Dice(self.seed, *key)

    def meanings(self, purpose: str, split: Split, draw: Callable[[Dice], Clause] | None = None) -> Iterator[Clause]:
        """Endless different meanings of one split.

        Args:
            purpose: names the stream.
            split: train, dev or test.
            draw: how one is drawn; by default the mixture of pairs and documents.
        """
        dice, seen = self.dice(purpose, split), set[str]()
        while True:
            clause = (draw or any_sentence)(dice)
            if split_of(clause) == split and (key := digest(clause)) not in seen:
                seen.add(key)
                yield clause

    def pairs(self, source: str, target: str, count: int, split: Split = "train") -> Iterator[WorldPair]:
        """Translations. Training pairs of different languages differ in meaning; dev and test meanings are the same.

        Args:
            source: language of the first sentence ("en").
            target: language of the second.
            count: how many pairs.
            split: train, dev or test.
        """
        # en-de and de-en share a stream, en-de and en-hi do not: a model sees no German sentence through Hindi. Dev and
        # test are one stream, so that languages are compared on the same meanings.
        purpose = f"pairs {' '.join(sorted((source, target)))}" if split == "train" else "pairs"
        for _, clause in zip(range(count), self.meanings(purpose, split), strict=False):
            yield WorldPair(realise(clause, source), realise(clause, target))

    def documents(self, language: str, count: int) -> Iterator[str]:
        """Monolingual texts of two related sentences, from the train split; languages share no documents by design."""
        dice = self.dice("documents", language)
        for _ in range(count):
            yield " ".join(realise(clause, language).text for clause in document(dice, "train"))


def any_sentence(dice: Dice) -> Clause:
    """A sentence of any pattern, or of the kind that inference is about."""
    if dice.chance(_SIMPLE_SHARE):
        item = inference(dice, dice.pick(LABELS))
        return item.premise if dice.chance(0.5) else item.hypothesis
    return sentence(dice)
