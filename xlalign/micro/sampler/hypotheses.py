"""Hypotheses of natural language inference: one distribution, whatever the label will be."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Any

from xlalign.micro.concepts import adjectives_of, concept_ids, concepts
from xlalign.micro.meaning import Tense, Word
from xlalign.micro.sampler import facts
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.scene import Scene, Thing

_KINDS = ("intransitive", "transitive", "quality", "location")
_TENSES: tuple[Tense, ...] = ("present", "past", "future")
_TENSE_WEIGHTS = (0.5, 0.85, 1.0)
_TIMES: dict[str, tuple[str, ...]] = {
    "present": ("today",),
    "past": ("yesterday", "last_week", "last_night"),
    "future": ("tomorrow", "next_week"),
}
DAYPARTS = ("in_the_morning", "in_the_evening", "at_night")


@cache
def rates() -> dict[str, dict[str, float]]:
    """The numbers of `data/nli.toml`, without the lists of weights."""
    return {
        part: {key: float(value) for key, value in numbers.items() if not isinstance(value, list)}
        for part, numbers in _table().items()
        if isinstance(numbers, dict) and part != "vocabulary"
    }


@cache
def weights(name: str) -> tuple[float, ...]:
    """The cumulative weights of a list in `[premise]` of `data/nli.toml`."""
    return tuple(accumulate(_table()["premise"][name]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("xlalign.micro.data").joinpath("nli.toml").read_text(encoding="utf-8"))


@cache
def _core(options: tuple[str, ...]) -> tuple[str, ...]:
    """The common ones; all where none is common."""
    common = {word for words in _table()["vocabulary"].values() for word in words.split()}
    return tuple(concept for concept in options if concept in common) or options


def choose(dice: Dice, options: tuple[str, ...]) -> str:
    """One concept, most often a common one."""
    return dice.pick(_core(options) if dice.chance(_table()["core"]) else options)


def hypothesis(dice: Dice) -> Scene:
    """A scene; whoever needs more of it (something to flip, to drop, to rewrite) draws again."""
    kind = dice.weighted(_KINDS, _kind_weights())
    return {"quality": _quality, "location": _location}.get(kind, _event)(dice, kind)


@cache
def _kind_weights() -> tuple[float, ...]:
    return tuple(accumulate(rates()["hypothesis"][kind] for kind in _KINDS))


def _rate(name: str) -> float:
    return rates()["hypothesis"][name]


def _event(dice: Dice, kind: str) -> Scene:
    verb = choose(dice, event_verbs(kind))
    concept = concepts()[verb]
    subject = thing(dice, concept.subjects)
    target = thing(dice, tuple(o for o in concept.objects if o != subject.base)) if kind == "transitive" else None
    scene = Scene(word(dice, verb), subject, target, tense=dice.weighted(_TENSES, _TENSE_WEIGHTS))
    if dice.chance(_rate("place")):
        scene.place = place(dice, scene)
    if dice.chance(_rate("time")):
        scene.time = time(dice, scene)
    if dice.chance(_rate("manner")):
        scene.manner = manner(dice, scene)
    scene.passive = target is not None and dice.chance(_rate("passive"))
    scene.negated = dice.chance(_rate("negated"))
    return scene


def _quality(dice: Dice, kind: str) -> Scene:
    subject = thing(dice, facts.describable("adjective"))
    taken = {concepts()[word.concept].cls for word in subject.adjectives}
    options = [a for a in qualities_of(subject) if concepts()[a].cls not in taken]
    if not options:
        subject.adjectives.clear()
        options = list(qualities_of(subject))
    scene = Scene(Word("be"), subject, quality=word(dice, choose(dice, tuple(options))), tense=_steady_tense(dice))
    scene.negated = dice.chance(_rate("negated"))
    return scene


def _location(dice: Dice, kind: str) -> Scene:
    subject = thing(dice, facts.located(_LOCATED))
    scene = Scene(Word("be"), subject, tense=_steady_tense(dice))
    scene.place = place(dice, scene)
    scene.negated = dice.chance(_rate("negated"))
    return scene


_LOCATED = ("static", "indoor", "outside", "floor")


def _steady_tense(dice: Dice) -> Tense:
    return "past" if dice.chance(0.35) else "present"


# Parts, also used by premises


@cache
def event_verbs(kind: str) -> tuple[str, ...]:
    """The verbs of events; states take no adverbials and so say little."""
    return tuple(v for v in facts.verbs(kind) if "perception" not in facts.verb_facts(v).flags)


def word(dice: Dice, concept: str) -> Word:
    """The concept, maybe by its second lemma."""
    return Word(concept, int(dice.chance(_rate("synonym"))))


def thing(dice: Dice, nouns: tuple[str, ...]) -> Thing:
    """A noun or a name, maybe shown by its hypernym, with free modifiers."""
    if "woman" in nouns and dice.chance(_rate("name")):
        name = choose(dice, concept_ids("name", "PER"))
        return Thing(name, name)
    base = choose(dice, _common_nouns(nouns))
    concept = concepts()[base]
    shown = concept.hypernym if concept.hypernym and dice.chance(_rate("generic")) else base
    drawn = Thing(base, shown, word(dice, base).variant)
    drawn.plural = not (concept.mass or concepts()[shown].mass) and dice.chance(_rate("plural"))
    drawn.count = dice.pick(concept_ids("number")[:5]) if drawn.plural and dice.chance(_rate("count")) else None
    if adjectives_of(base) and dice.chance(_rate("adjective")):
        drawn.adjectives.append(word(dice, choose(dice, adjectives_of(base))))
    return drawn


@cache
def _common_nouns(nouns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(noun for noun in nouns if concepts()[noun].pos == "noun")


def qualities_of(subject: Thing) -> tuple[str, ...]:
    """The adjectives that go with a thing."""
    return adjectives_of("woman" if subject.is_name else subject.base)


def place_options(scene: Scene) -> tuple[facts.PlaceFacts, ...]:
    """The places where the scene can be."""
    kinds = _LOCATED if scene.verb.concept == "be" else facts.verb_facts(scene.verb.concept).kinds
    return facts.places(kinds, scene.subject.base)


def place(dice: Dice, scene: Scene) -> tuple[str, Word] | None:
    """Where the scene is, or None if it can be nowhere."""
    options = place_options(scene)
    if not options:
        return None
    option = dice.pick(options)
    ground = choose(dice, option.grounds)
    return None if ground == scene.subject.base else (option.preposition, word(dice, ground))


def time(dice: Dice, scene: Scene) -> str | None:
    """When it is; None for states."""
    if "stative" in facts.verb_facts(scene.verb.concept).flags:
        return None
    return dice.pick((*_TIMES[scene.tense], *DAYPARTS))


def other_times(scene: Scene) -> tuple[str, ...]:
    """The times that exclude the scene's."""
    group = DAYPARTS if scene.time in DAYPARTS else _TIMES[scene.tense]
    return tuple(other for other in group if other != scene.time)


def manner(dice: Dice, scene: Scene) -> str | None:
    """How it is done, if it can be done in some manner."""
    options = facts.verb_facts(scene.verb.concept).manners
    return choose(dice, options) if options else None
