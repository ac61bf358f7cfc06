"""What goes with what: places of actors, manners and adjectives, from the data tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from xlalign.micro.concepts import adjectives_of, concept_ids, concepts, members, read_table


@dataclass(frozen=True, slots=True)
class VerbFacts:
    """Which kinds of place and which manners a verb goes with, and its flags.

    Flags: stative (no adverbials), involuntary (no imperative, no *want*), punctual (not *now*), perception (not
    *now*, no passive agents to speak of), personal (asks *whom*, not *what*).
    """

    kinds: tuple[str, ...] = ()
    manners: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A preposition, what stands after it and who or what can be there."""

    kind: str
    preposition: str
    grounds: tuple[str, ...]
    figures: frozenset[str]


@cache
def verb_facts(verb: str) -> VerbFacts:
    """The facts about a verb concept; none for a verb without a row."""
    return _verbs().get(verb, VerbFacts())


@cache
def _verbs() -> dict[str, VerbFacts]:
    return {
        row["id"]: VerbFacts(
            tuple(row["kinds"].split()), tuple(row["manners"].split()), frozenset(row["flags"].split())
        )
        for row in read_table("verbs.tsv")
    }


@cache
def _places() -> tuple[PlaceFacts, ...]:
    return tuple(
        PlaceFacts(row["kind"], row["preposition"], members(row["grounds"]), frozenset(members(row["figures"])))
        for row in read_table("places.tsv")
    )


@cache
def places(kinds: tuple[str, ...], figure: str) -> tuple[PlaceFacts, ...]:
    """The kinds of place where `figure` (a noun or name concept) can be."""
    figure = "woman" if concepts()[figure].cls == "PER" else figure
    return tuple(place for place in _places() if place.kind in kinds and figure in place.figures)


@cache
def verbs(cls: str) -> tuple[str, ...]:
    """Verb concepts of one class, without *be* and *have*."""
    return tuple(verb for verb in concept_ids("verb", cls) if verb not in ("be", "have"))


@cache
def verbs_of(subject: str, cls: str) -> tuple[str, ...]:
    """The verbs of a class that `subject` can be the subject of."""
    return tuple(verb for verb in verbs(cls) if subject in concepts()[verb].subjects)


@cache
def verbs_on(noun: str) -> tuple[str, ...]:
    """The transitive verbs that `noun` can be the object of."""
    return tuple(verb for verb in verbs("transitive") if noun in concepts()[verb].objects)


@cache
def times(tense: str) -> tuple[str, ...]:
    """Time adverbials that a tense allows, without those of frequency."""
    found = (*concept_ids("time", tense), *concept_ids("time", "any"))
    return tuple(time for time in found if time not in FREQUENCY)


FREQUENCY = ("often", "always", "sometimes")


@cache
def verbs_for(cls: str, needs: frozenset[str]) -> tuple[str, ...]:
    """The verbs of a class that allow what a pattern needs (place, manner, time, imperative ...)."""
    return tuple(verb for verb in verbs(cls) if all(_allows(verb, need) for need in needs))


def _allows(verb: str, need: str) -> bool:
    facts = verb_facts(verb)
    if need in ("place", "where"):
        return bool(facts.kinds)
    if need == "manner":
        return bool(facts.manners)
    if need in ("time", "frequency", "active"):
        return "stative" not in facts.flags
    if need == "when":
        return not facts.flags & {"stative", "perception"}
    if need in ("imperative", "voluntary"):
        return "involuntary" not in facts.flags
    return not (need == "what" and "personal" in facts.flags)


@cache
def times_of(verb: str, tense: str, modal: bool = False) -> tuple[str, ...]:
    """Time adverbials for a verb in a tense; *now* asks for something that goes on."""
    ongoing = not modal and not verb_facts(verb).flags & {"punctual", "perception", "stative"}
    return tuple(time for time in times(tense) if ongoing or time != "now")


@cache
def organisation_verbs(timed: bool) -> tuple[str, ...]:
    """What an organisation can do (at a time)."""
    found = (verb for verb in concept_ids("verb") if "Nordbank" in concepts()[verb].subjects)
    return tuple(verb for verb in found if not timed or _allows(verb, "time"))


@cache
def located(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The nouns that can be in places of these kinds."""
    return tuple(noun for noun in concept_ids("noun") if noun not in GENERIC and places(kinds, noun))


@cache
def describable(kind: str) -> tuple[str, ...]:
    """The specific nouns that some adjective (of the group `kind`) goes with."""
    return tuple(noun for noun in concept_ids("noun") if noun not in GENERIC and qualities(noun, kind))


@cache
def qualities(noun: str, kind: str) -> tuple[str, ...]:
    """The adjectives that go with a noun, all ("adjective") or those that change from day to day ("transient")."""
    return tuple(a for a in adjectives_of(noun) if kind == "adjective" or a in members("transient"))


GENERIC = frozenset(c.hypernym for c in concepts().values() if c.hypernym)
"""The nouns that have kinds below them."""
