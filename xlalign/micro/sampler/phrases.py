"""Noun phrases and places that make sense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from xlalign.micro.concepts import adjectives_of, concept_ids, concepts, members
from xlalign.micro.meaning import Clause, NounPhrase, Place, Relative, Tense, Word
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.facts import places, verb_facts, verbs_of, verbs_on

Wants = frozenset[str]
"""What a phrase must have: adjective, plural, singular, count, possessor, definite, indefinite, conjunct, noun (no
name), relative=subject, relative=object; `bare` forbids everything that is not asked for."""

NOTHING: Wants = frozenset()
BARE: Wants = frozenset({"bare"})

_NAME, _PLURAL, _COUNT, _ADJECTIVE, _POSSESSOR, _DEFINITE, _SYNONYM = 0.3, 0.2, 0.3, 0.12, 0.06, 0.75, 0.3
"""Chances of features that are free (of a count: given the plural)."""


class Phrases:
    """Draws the noun phrases of one sentence, no noun twice.

    Args:
        dice: the sentence's random stream.
    """

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.taken: set[str] = set()

    def word(self, concept: str) -> Word:
        """The concept with a drawn synonym."""
        return Word(concept, 1 if self.dice.chance(_SYNONYM) else 0)

    def fresh(self, nouns: Sequence[str]) -> str:
        """A noun that is not in the sentence yet (again the same only where it is hard to find another)."""
        noun = self.dice.pick(nouns)
        for _ in range(8):
            if noun not in self.taken:
                break
            noun = self.dice.pick(nouns)
        self.taken.add(noun)
        return noun

    def phrase(self, nouns: tuple[str, ...], wants: Wants = NOTHING) -> NounPhrase:
        """A noun phrase with one of `nouns`; where persons are among them, maybe a name."""
        if wants <= _NAMEABLE and takes_names(nouns) and self.dice.chance(_NAME):
            first = NounPhrase(Word(self.fresh(concept_ids("name", "PER"))))
        else:
            first = self._noun(suitable(nouns, wants), wants)
        return self._conjoin(first, nouns) if "conjunct" in wants else first

    def place(self, kinds: tuple[str, ...], figure: str) -> Place | None:
        """Where `figure` can be, or None where it can be nowhere of these kinds."""
        options = places(kinds, figure)
        if not options:
            return None
        option = self.dice.pick(options)
        ground = self.fresh(option.grounds)
        if concepts()[ground].pos == "name":
            return Place(option.preposition, NounPhrase(Word(ground)))
        definite = self.dice.chance(0.85)
        return Place(option.preposition, NounPhrase(self.word(ground), definite=definite))

    def _conjoin(self, first: NounPhrase, nouns: tuple[str, ...]) -> NounPhrase:
        cls = concepts()[first.noun.concept].cls
        kind = {"person", "PER"} if cls in ("person", "PER") else {cls}
        alike = tuple(noun for noun in nouns if concepts()[noun].cls in kind)
        second = self.phrase(alike or concept_ids("noun", "person"), BARE)
        return NounPhrase(first.noun, first.plural, first.definite, adjectives=first.adjectives, conjunct=second)

    def _noun(self, nouns: tuple[str, ...], wants: Wants) -> NounPhrase:
        dice, noun = self.dice, self.fresh(nouns)
        if concepts()[noun].pos == "name":
            return NounPhrase(Word(noun))
        free = "bare" not in wants
        plural = self._plural(noun, wants, free)
        count = "count" in wants or (plural and free and "plural" not in wants and dice.chance(_COUNT))
        possessor = "possessor" in wants or (free and not wants and not count and self._owned(noun))
        return NounPhrase(
            self.word(noun),
            plural=plural or count,
            definite=possessor or self._definite(noun, wants),
            count=self._number() if count else None,
            adjectives=self._adjectives(noun, wants, free),
            possessor=self.fresh(concept_ids("name", "PER")) if possessor else None,
            relative=self._relative(noun, wants),
        )

    def _definite(self, noun: str, wants: Wants) -> bool:
        if "indefinite" in wants:
            return False
        return "definite" in wants or noun in _RELATIONAL or self.dice.chance(_DEFINITE)

    def _number(self) -> str:
        numbers = concept_ids("number")
        return self.dice.pick(numbers if self.dice.chance(0.4) else numbers[:3])

    def _plural(self, noun: str, wants: Wants, free: bool) -> bool:
        if concepts()[noun].mass or "singular" in wants:
            return False
        return "plural" in wants or self.dice.chance(_PLURAL if free else _PLURAL / 2)

    def _owned(self, noun: str) -> bool:
        return noun in _belongings() and self.dice.chance(_POSSESSOR)

    def _adjectives(self, noun: str, wants: Wants, free: bool) -> tuple[Word, ...]:
        options = adjectives_of(noun)
        if options and ("adjective" in wants or (free and self.dice.chance(_ADJECTIVE))):
            return (self.word(self.dice.pick(options)),)
        return ()

    def _relative(self, noun: str, wants: Wants) -> Relative | None:
        tense: Tense = "past" if self.dice.chance(0.5) else "present"
        if "relative=subject" in wants:
            verb = self.dice.pick(_relative_verbs(noun))
            return Relative(
                "subject", Clause(Word(verb), None, self.phrase(concepts()[verb].objects, BARE), tense=tense)
            )
        if "relative=object" in wants:
            verb = self.dice.pick(verbs_on(noun))
            return Relative("object", Clause(Word(verb), self.phrase(concepts()[verb].subjects, BARE), tense=tense))
        return None


_RELATIONAL = frozenset({"brother", "grandmother", "neighbour"})
"""Nouns that are somebody's, so never just any."""

_NAMEABLE: Wants = frozenset({"bare", "singular", "definite", "conjunct"})


@cache
def takes_names(nouns: tuple[str, ...]) -> bool:
    """Whether persons are among the nouns."""
    return "woman" in nouns


@cache
def _belongings() -> frozenset[str]:
    return frozenset(members("artifact animal fish")) | {"brother", "grandmother", "child", "neighbour", "teacher"}


@cache
def _relative_verbs(noun: str) -> tuple[str, ...]:
    return tuple(verb for verb in verbs_of(noun, "transitive") if "punctual" not in verb_facts(verb).flags)


@cache
def suitable(nouns: tuple[str, ...], wants: Wants) -> tuple[str, ...]:
    """The nouns that can have what is asked for (names only where nothing is)."""
    table = concepts()
    found = nouns
    if wants & {"count", "plural"}:
        found = tuple(noun for noun in found if not table[noun].mass)
    if "adjective" in wants:
        found = tuple(noun for noun in found if adjectives_of(noun))
    if "relative=subject" in wants:
        found = tuple(noun for noun in found if _relative_verbs(noun))
    if "relative=object" in wants:
        found = tuple(noun for noun in found if verbs_on(noun))
    if not wants <= _NAMEABLE:
        found = tuple(noun for noun in found if table[noun].pos == "noun")
    return found
