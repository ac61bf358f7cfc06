"""The edits that turn a hypothesis into a premise.

Every function lists the edits that are possible on a scene, as (kind, edit); an edit changes the copy it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from xlalign.micro.concepts import adjectives_of, concept_ids, concepts, varied_concepts
from xlalign.micro.meaning import Word
from xlalign.micro.sampler import facts, hypotheses
from xlalign.micro.sampler.dice import Dice
from xlalign.micro.sampler.scene import Scene, Thing

Edit = Callable[[Scene, Dice], None]
Edits = list[tuple[str, Edit]]


# Contradictions: exactly one thing is otherwise


def flips(scene: Scene) -> Edits:
    """What can be turned into its opposite; under negation only the negation: "not red" does not exclude "not blue"."""
    # "The red dog slept yesterday": not slept; the blue dog; slept today (another past time) ...
    edits: Edits = [("negation", _negate)]
    if scene.negated:
        return edits
    for i, thing in enumerate(scene.things()):
        edits += _flips_of_thing(i, thing)
    possible = {
        _flip_quality: scene.quality and _opposites(scene.quality.concept, scene.subject),
        _flip_place: scene.place and _other_places(scene),
        _flip_time: scene.time and hypotheses.other_times(scene),
        _flip_manner: scene.manner and concepts()[scene.manner].contrast,
        _flip_verb: _opposite_verb(scene),
    }
    return edits + [(edit.__name__.removeprefix("_flip_"), edit) for edit, found in possible.items() if found]


def _flips_of_thing(i: int, thing: Thing) -> Edits:
    edits: Edits = [("count", partial(_flip_count, i))] if thing.count else []
    opposed = [j for j, adjective in enumerate(thing.adjectives) if _opposites(adjective.concept, thing)]
    return edits + [("adjective", partial(_flip_adjective, i, j)) for j in opposed]


def _thing(scene: Scene, i: int) -> Thing:
    return list(scene.things())[i]


def _negate(scene: Scene, dice: Dice) -> None:
    scene.negated = not scene.negated


def _flip_quality(scene: Scene, dice: Dice) -> None:
    assert scene.quality is not None
    other = dice.pick(_opposites(scene.quality.concept, scene.subject))
    scene.quality = hypotheses.word(dice, other)


def _flip_adjective(i: int, j: int, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    other = dice.pick(_opposites(thing.adjectives[j].concept, thing))
    thing.adjectives[j] = hypotheses.word(dice, other)


def _flip_count(i: int, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    thing.count = dice.pick([number for number in concept_ids("number")[:5] if number != thing.count])


def _flip_place(scene: Scene, dice: Dice) -> None:
    scene.place = dice.pick(_other_places(scene))


def _flip_time(scene: Scene, dice: Dice) -> None:
    scene.time = dice.pick(hypotheses.other_times(scene))


def _flip_manner(scene: Scene, dice: Dice) -> None:
    assert scene.manner is not None
    scene.manner = concepts()[scene.manner].contrast


def _flip_verb(scene: Scene, dice: Dice) -> None:
    other = _opposite_verb(scene)
    assert other is not None
    scene.verb = hypotheses.word(dice, other)


def _opposites(adjective: str, thing: Thing) -> tuple[str, ...]:
    return _excluded(adjective, "woman" if thing.is_name else thing.base)


@cache
def _excluded(adjective: str, noun: str) -> tuple[str, ...]:
    """What a noun cannot be as well: the antonym; of a colour, the other colours."""
    cls = concepts()[adjective].cls
    return tuple(a for a in adjectives_of(noun) if concepts()[a].cls == cls and a != adjective)


def _other_places(scene: Scene) -> list[tuple[str, Word]]:
    """Where the scene cannot be at the same time: another side of the same thing, or another city."""
    assert scene.place is not None
    preposition, ground = scene.place
    if preposition == "near":
        return []
    if concepts()[ground.concept].cls == "LOC":
        return [(preposition, Word(city)) for city in concept_ids("name", "LOC") if city != ground.concept]
    sides = {option.preposition for option in hypotheses.place_options(scene) if ground.concept in option.grounds}
    return [(side, ground) for side in sorted(sides - {preposition, "near"})]


def _opposite_verb(scene: Scene) -> str | None:
    other = concepts()[scene.verb.concept].contrast
    if other is None or (scene.object and scene.object.base not in concepts()[other].objects):
        return None
    known = facts.verb_facts(other)
    fits = (not scene.place or bool(known.kinds)) and (not scene.manner or scene.manner in known.manners)
    return other if fits else None


# Neutral: the premise does not say something that the hypothesis says


def losses(scene: Scene) -> Edits:
    """What can be left open. Under negation, what can be added: "did not sleep here" leaves open whether elsewhere."""
    if scene.negated:
        return [*additions(scene, scene.copy(), adverbials=True, adjectives=False), *_dropped_adjectives(scene)]
    edits = _dropped_adjectives(scene)
    for i, thing in enumerate(scene.things()):
        if thing.count:
            edits.append(("count", partial(_drop_count, i)))
        if thing.shown == thing.base and _sayable_hypernym(thing):
            edits.append(("generalise", partial(_generalise, i)))
    slots = ("time", "manner") if scene.verb.concept == "be" else ("place", "time", "manner")
    edits += [(slot, partial(_drop_slot, slot)) for slot in slots if getattr(scene, slot)]
    if scene.quality and _unrelated_qualities(scene):
        edits.append(("quality", _replace_quality))
    return edits


def _dropped_adjectives(scene: Scene) -> Edits:
    things = list(scene.things())[: 1 if scene.negated else 2]
    return [
        ("adjective", partial(_drop_adjective, i, j))
        for i, thing in enumerate(things)
        for j in range(len(thing.adjectives))
    ]


def _drop_adjective(i: int, j: int, scene: Scene, dice: Dice) -> None:
    del _thing(scene, i).adjectives[j]


def _drop_count(i: int, scene: Scene, dice: Dice) -> None:
    _thing(scene, i).count = None


def _drop_slot(slot: str, scene: Scene, dice: Dice) -> None:
    setattr(scene, slot, None)


def drop_adverbials(scene: Scene) -> Edits:
    """What a negated sentence can leave out and say no less."""
    slots = ("time", "manner") if scene.verb.concept == "be" else ("place", "time", "manner")
    return [("drop", partial(_drop_slot, slot)) for slot in slots if getattr(scene, slot)]


def _sayable_hypernym(thing: Thing) -> str | None:
    hypernym = concepts()[thing.base].hypernym
    if hypernym is None or thing.is_name or (thing.plural and concepts()[hypernym].mass):
        return None
    return hypernym


def _generalise(i: int, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    thing.shown = _sayable_hypernym(thing) or thing.shown


def _replace_quality(scene: Scene, dice: Dice) -> None:
    scene.quality = hypotheses.word(dice, hypotheses.choose(dice, _unrelated_qualities(scene)))


def _unrelated_qualities(scene: Scene) -> tuple[str, ...]:
    taken = _dimensions(scene.subject, scene)
    return tuple(a for a in hypotheses.qualities_of(scene.subject) if concepts()[a].cls not in taken)


# Rewrites: the same said otherwise; additions: more said


def rewrites(hypothesis: Scene, premise: Scene) -> Edits:
    """Synonyms of words that both have, and hypernyms of the hypothesis made specific."""
    edits: Edits = [("synonym", _vary_verb)] if _shared(hypothesis.verb, premise.verb) else []
    if hypothesis.quality and _shared(hypothesis.quality, premise.quality):
        edits.append(("synonym", _vary_quality))
    if hypothesis.place and premise.place and _shared(hypothesis.place[1], premise.place[1]):
        edits.append(("synonym", _vary_ground))
    for i, (ours, theirs) in enumerate(zip(hypothesis.things(), premise.things(), strict=True)):
        if ours.shown != ours.base and not (premise.negated and i == 1):
            edits.append(("specialise", partial(_specialise, i)))
        if ours.shown == theirs.shown and ours.shown in varied_concepts():
            edits.append(("synonym", partial(_vary_noun, i)))
        shared = [j for j, a in enumerate(theirs.adjectives) if a in ours.adjectives and a.concept in varied_concepts()]
        edits += [("synonym", partial(_vary_adjective, i, j)) for j in shared]
    return edits


def _shared(ours: Word, theirs: Word | None) -> bool:
    return ours == theirs and ours.concept in varied_concepts()


def _vary(word: Word) -> Word:
    return Word(word.concept, 1 - word.variant)


def _vary_verb(scene: Scene, dice: Dice) -> None:
    scene.verb = _vary(scene.verb)


def _vary_quality(scene: Scene, dice: Dice) -> None:
    assert scene.quality is not None
    scene.quality = _vary(scene.quality)


def _vary_ground(scene: Scene, dice: Dice) -> None:
    assert scene.place is not None
    scene.place = (scene.place[0], _vary(scene.place[1]))


def _vary_noun(i: int, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    thing.variant = 1 - thing.variant


def _vary_adjective(i: int, j: int, scene: Scene, dice: Dice) -> None:
    adjectives = _thing(scene, i).adjectives
    adjectives[j] = _vary(adjectives[j])


def _specialise(i: int, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    thing.shown = thing.base


def additions(hypothesis: Scene, premise: Scene, adverbials: bool = True, adjectives: bool = True) -> Edits:
    """Modifiers that neither has; under negation of the premise only those of the subject say more."""
    edits: Edits = []
    pairs = list(zip(hypothesis.things(), premise.things(), strict=True))
    for i, (ours, theirs) in enumerate(pairs[: 1 if premise.negated else 2]):
        if not adjectives or theirs.is_name:
            continue
        if len(theirs.adjectives) < 2 and _new_adjectives(ours, theirs, hypothesis, premise):
            edits.append(("adjective", partial(_add_adjective, i, ours, hypothesis)))
        if theirs.plural and not (theirs.count or ours.count):
            edits.append(("count", partial(_add_count, i)))
    if adverbials and hypothesis.verb.concept != "be":
        edits += _free_adverbials(hypothesis, premise)
    return edits


def _free_adverbials(hypothesis: Scene, premise: Scene) -> Edits:
    known = facts.verb_facts(premise.verb.concept)
    edits: Edits = []
    if not (hypothesis.place or premise.place) and hypotheses.place_options(premise):
        edits.append(("place", _add_place))
    if not (hypothesis.time or premise.time) and "stative" not in known.flags:
        edits.append(("time", _add_time))
    if not (hypothesis.manner or premise.manner) and known.manners:
        edits.append(("manner", _add_manner))
    return edits


def _dimensions(thing: Thing, scene: Scene) -> set[str]:
    """What is already said of a thing (size, colour ...)."""
    found = {concepts()[word.concept].cls for word in thing.adjectives}
    if scene.quality and thing is scene.subject:
        found.add(concepts()[scene.quality.concept].cls)
    return found


def _new_adjectives(ours: Thing, theirs: Thing, hypothesis: Scene, premise: Scene) -> tuple[str, ...]:
    taken = _dimensions(ours, hypothesis) | _dimensions(theirs, premise)
    return tuple(a for a in adjectives_of(theirs.base) if concepts()[a].cls not in taken)


def _add_adjective(i: int, ours: Thing, hypothesis: Scene, scene: Scene, dice: Dice) -> None:
    thing = _thing(scene, i)
    options = _new_adjectives(ours, thing, hypothesis, scene)
    if options:
        thing.adjectives.append(hypotheses.word(dice, hypotheses.choose(dice, options)))


def _add_count(i: int, scene: Scene, dice: Dice) -> None:
    _thing(scene, i).count = dice.pick(concept_ids("number")[:5])


def _add_place(scene: Scene, dice: Dice) -> None:
    scene.place = hypotheses.place(dice, scene)


def _add_time(scene: Scene, dice: Dice) -> None:
    scene.time = hypotheses.time(dice, scene)


def _add_manner(scene: Scene, dice: Dice) -> None:
    scene.manner = hypotheses.manner(dice, scene)
