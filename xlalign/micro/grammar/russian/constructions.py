"""Russian constructions: which case each argument of a clause takes and what the verb agrees with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import Entry, Setting, entry
from xlalign.micro.grammar.russian.declension import FEW, Case, Gender
from xlalign.micro.grammar.russian.phrases import agreement
from xlalign.micro.meaning import Clause, Word

Construction = Literal["plain", "passive", "inverted", "have", "need", "exist", "absence"]
"""How a clause is built. A passive whose verb has no such form is inverted: object, verb, subject."""


@dataclass(frozen=True, slots=True)
class RussianClause:
    """A clause on its way: `path` prefixes its nodes; `gap` is the argument that a relative pronoun stands for."""

    clause: Clause
    path: str
    gap: str
    setting: Setting
    verb: Entry
    construction: Construction

    def node(self, name: str) -> str:
        """A node of this clause."""
        return self.path + name

    @property
    def denies(self) -> bool:
        """Whether *нет* or *не было* says that something is absent, which takes the genitive."""
        absent = self.construction in {"have", "exist", "absence"}
        return absent and self.clause.negated and not is_frequency(self.clause)

    def government(self, name: str) -> tuple[str, Case]:
        """Preposition (or nothing) and case of the subject or the object."""
        # "у Анны есть кот": subject gen after у, object nom; "Анне нужен кот": dat and nom; "у Анны нет кота": gen
        # both.
        if name == "subject":
            return _subject_government(self)
        if self.construction in {"have", "need", "passive"}:
            return "", "gen" if self.denies else "nom"
        case: Case = next((case for case in ("dat", "ins", "pre") if self.verb.has(case)), "acc")
        return self.verb.get("prep"), "gen" if case == "acc" and self._object_lacks() else case

    def _object_lacks(self) -> bool:
        """Whether negation puts the object in the genitive: what is not there in any amount (не купил хлеба)."""
        phrase = self.clause.object
        if phrase is None or not self.clause.negated or phrase.definite or phrase.possessor or phrase.count:
            return False
        concept = concepts()[phrase.noun.concept]
        return concept.pos == "noun" and self.gap != "object" and (phrase.plural or concept.mass)

    @property
    def agreement(self) -> Gender:
        """Gender or plural of the verb."""
        clause = self.clause
        if self.denies:
            return "n"
        promoted = self.construction in {"passive", "have", "need"}
        phrase = clause.object if promoted else clause.subject
        if phrase is None:
            return "n" if promoted else "m"
        if clause.agentless and self.construction == "inverted":
            return "p"
        if phrase.count and self._counts(phrase.count):
            return "n"
        return agreement(phrase)

    def _counts(self, count: str) -> bool:
        """Whether a counted phrase is only an amount: there *is* (neuter) seven cups."""
        amount = self.construction in {"have", "exist"}
        return amount or (self.construction == "need" and entry("ru", Word(count)).lemma not in FEW)


def _subject_government(part: RussianClause) -> tuple[str, Case]:
    if part.construction == "have":
        return "у", "gen"
    if part.clause.verb.concept == "need" and part.construction != "plain":
        return "", "dat"
    if part.construction == "passive":
        return "", "ins"
    return "", "gen" if part.denies else "nom"


def part_of(clause: Clause, path: str, gap: str = "") -> RussianClause:
    """A clause with the lemma of its verb and its construction."""
    setting = Setting.of(clause)
    construction = _construction(clause, entry("ru", clause.verb, setting))
    word = Word("need_verb") if clause.verb.concept == "need" and construction == "plain" else clause.verb
    return RussianClause(clause, path, gap, setting, entry("ru", word, setting), construction)


def _construction(clause: Clause, verb: Entry) -> Construction:
    if clause.existential:
        return "exist"
    plain_verb = bool(clause.modal or clause.imperative)
    # Under a modal *have* is an ordinary verb: "Анна хочет иметь собаку", not "у Анны хочет быть собака".
    if verb.concept in {"have", "need"} and not plain_verb:
        return "have" if verb.concept == "have" else "need"
    if verb.concept == "be" and clause.place and clause.negated and not plain_verb and not is_frequency(clause):
        return "absence"
    if not clause.passive:
        return "plain"
    return "passive" if _has_passive(clause, verb) else "inverted"


def _has_passive(clause: Clause, verb: Entry) -> bool:
    if clause.tense != "present" or clause.modal:
        return verb.has("ppp")
    animate = clause.object is not None and entry("ru", clause.object.noun).has("anim")
    return verb.has("refl") and not animate


def is_frequency(clause: Clause) -> bool:
    """Whether the time is one that negation stands in front of (не часто)."""
    return clause.time is not None and entry("ru", Word(clause.time)).has("frequency")
