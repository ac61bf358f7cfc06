"""One sentence in the making: predicate and arguments of a pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from xlalign.micro.concepts import concept_ids, concepts, members
from xlalign.micro.meaning import NounPhrase, Tense, Word
from xlalign.micro.sampler import facts
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.patterns import Pattern
from xlalign.micro.sampler.phrases import BARE, NOTHING, Phrases, Wants, suitable

Parts = dict[str, Any]
"""Arguments of Clause."""

SIMPLE = ("intransitive", "transitive", "intransitive", "transitive", "quality")
"""Predicates of clauses that join others, by frequency."""

_TENSES: tuple[Tense, ...] = ("present", "past", "future")
_TENSE_WEIGHTS = (0.5, 0.85, 1.0)


class Draft:
    """Draws the predicate and the arguments that a pattern asks for.

    Args:
        dice: the sentence's random stream.
        pattern: what the clause must have.
        phrases: where noun phrases come from; shared by the clauses of one sentence.
    """

    def __init__(self, dice: Dice, pattern: Pattern, phrases: Phrases | None = None) -> None:
        self.dice = dice
        self.pattern = pattern
        self.phrases = phrases or Phrases(dice)
        self.tense = cast("Tense", pattern.values.get("tense")) or self._tense()

    def parts(self) -> Parts:
        """The arguments of the core clause, without adverbials."""
        wants, values = self.pattern.wants, self.pattern.values
        parts = {"tense": self.tense, "negated": "negated" in wants, **self.predicate(self.pattern.predicate)}
        parts.update({flag: True for flag in ("passive", "agentless", "imperative") if flag in wants})
        parts["modal"] = values.get("modal")
        return parts

    def predicate(self, name: str) -> Parts:
        """Verb and arguments by the name of the predicate."""
        return _PREDICATES[name](self)

    def _tense(self) -> Tense:
        wants, modal = self.pattern.wants, self.pattern.values.get("modal")
        if wants & {"imperative", "frequency", "today"} or (modal == "must" and "negated" in wants):
            return "present"
        if modal:
            return "past" if self.dice.chance(0.3) else "present"
        return self.dice.weighted(_TENSES, _TENSE_WEIGHTS)

    def _want(self, slot: str) -> Wants:
        return self.pattern.of(slot) | (BARE if "plain" in self.pattern.wants else NOTHING)

    def _verb(self, cls: str) -> str:
        values = self.pattern.values
        if "verb" in values:
            return values["verb"]
        needs = set(self.pattern.wants) | {values.get("question", "")}
        if values.get("modal") in ("want", "must"):
            needs.add("voluntary")
        if "modal" in values or self.tense == "future":
            needs.add("active")
        return self.dice.pick(facts.verbs_for(cls, frozenset(needs)))

    def _acting(self, verb: str) -> Parts:
        subject = self.phrases.phrase(concepts()[verb].subjects, self._want("subject"))
        return {"verb": self.phrases.word(verb), "subject": subject}

    def _acting_on(self, verb: str) -> Parts:
        target = self.phrases.phrase(concepts()[verb].objects, self._want("object"))
        return {**self._acting(verb), "object": target}

    def _transitive(self) -> Parts:
        verb = self._verb("transitive")
        while not (
            suitable(concepts()[verb].subjects, self._want("subject"))
            and suitable(concepts()[verb].objects, self._want("object"))
        ):
            verb = self._verb("transitive")
        return self._acting_on(verb)

    def _giving(self, verb: str) -> Parts:
        recipients = (*concept_ids("noun", "person"), *concept_ids("name", "ORG"))
        return {**self._acting_on(verb), "recipient": self.phrases.phrase(recipients[1:], BARE)}

    def _ditransitive(self) -> Parts:
        return self._giving(self._verb("ditransitive"))

    def _organisation(self) -> Parts:
        verb = self.dice.pick(facts.organisation_verbs("time" in self.pattern.wants))
        parts = self._giving(verb) if concepts()[verb].cls == "ditransitive" else self._acting_on(verb)
        parts["subject"] = NounPhrase(Word(self.phrases.fresh(concept_ids("name", "ORG"))))
        return parts

    def _quality(self) -> Parts:
        wanted = "transient" if "today" in self.pattern.wants else "adjective"
        drawn = self.phrases.phrase(facts.describable(wanted), self._want("subject") | {"definite"})
        subject = replace(drawn, adjectives=())
        adjective = self.dice.pick(facts.qualities(_common(subject), wanted))
        # What lasts is not foretold ("the tower will be tall").
        tense = self.tense if self.tense != "future" or adjective in members("transient") else "present"
        return {"verb": Word("be"), "subject": subject, "quality": self.phrases.word(adjective), "tense": tense}

    def _comparative(self) -> Parts:
        adjective = self.dice.pick(members("gradable"))
        nouns, wants = concepts()[adjective].subjects, BARE | {"definite"}
        subject = self.phrases.phrase(nouns, wants)
        cls = concepts()[_common(subject)].cls
        than = self.phrases.phrase(tuple(noun for noun in nouns if concepts()[noun].cls == cls), wants)
        tense = "past" if self.tense == "past" else "present"
        return {"verb": Word("be"), "subject": subject, "quality": Word(adjective), "than": than, "tense": tense}

    def _category(self) -> Parts:
        if self.dice.chance(0.5):
            subject = NounPhrase(Word(self.phrases.fresh(concept_ids("name", "PER"))))
        else:
            subject = self.phrases.phrase(("brother", "grandmother", "neighbour"), BARE | {"possessor", "singular"})
        wants = self._want("category") | BARE | {"indefinite", "singular"}
        return {"verb": Word("be"), "subject": subject, "category": self.phrases.phrase(members("profession"), wants)}

    def _location(self) -> Parts:
        kinds = ("static",) if self.dice.chance(0.6) else ("indoor", "outside", "city", "floor")
        return self._located(kinds, self._want("subject") | {"definite"})

    def _existential(self) -> Parts:
        kinds = ("static",) if self.dice.chance(0.6) else ("indoor", "outside", "floor")
        return {**self._located(kinds, self._want("subject") | {"indefinite"}), "existential": True}

    def _located(self, kinds: tuple[str, ...], wants: Wants) -> Parts:
        subject = self.phrases.phrase(facts.located(kinds), wants)
        return {"verb": Word("be"), "subject": subject, "place": self.phrases.place(kinds, subject.noun.concept)}

    def _intransitive(self) -> Parts:
        return self._acting(self._verb("intransitive"))

    def _have(self) -> Parts:
        return {**self._acting_on("have"), "tense": "past" if self.tense == "past" else "present"}

    def _clausal(self) -> Parts:
        verb = self.dice.pick(facts.verbs("clausal")[: -1 if "negated" in self.pattern.wants else None])
        tense: Tense = "past" if verb in ("know", "say") and self.dice.chance(0.3) else "present"
        subject = self.phrases.phrase(concepts()[verb].subjects, BARE)
        return {"verb": self.phrases.word(verb), "subject": subject, "tense": tense}

    def _simple(self) -> Parts:
        return self.predicate(self.dice.pick(SIMPLE))


def _common(phrase: NounPhrase) -> str:
    """The concept that tells what goes with a phrase; a person's name goes with what any person goes with."""
    concept = phrase.noun.concept
    return "woman" if concepts()[concept].cls == "PER" else concept


_PREDICATES: dict[str, Callable[[Draft], Parts]] = {
    "intransitive": Draft._intransitive,
    "transitive": Draft._transitive,
    "ditransitive": Draft._ditransitive,
    "organisation": Draft._organisation,
    "quality": Draft._quality,
    "comparative": Draft._comparative,
    "category": Draft._category,
    "location": Draft._location,
    "existential": Draft._existential,
    "have": Draft._have,
    "clausal": Draft._clausal,
    "simple": Draft._simple,
}
