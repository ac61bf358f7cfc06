"""Meanings over all features of a clause: line i of `golden/<lang>.txt` is meaning i."""

from __future__ import annotations

from typing import Any

from xlalign.micro.meaning import Clause, NounPhrase, Place, Relative, Word


def np(noun: str, *adjectives: str, variant: int = 0, **features: Any) -> NounPhrase:
    """The dog, the big dog ..."""
    return NounPhrase(Word(noun, variant), adjectives=tuple(Word(a) for a in adjectives), **features)


def a(noun: str, *adjectives: str, **features: Any) -> NounPhrase:
    """A dog, dogs, bread."""
    return np(noun, *adjectives, definite=False, **features)


def at(preposition: str, noun: str, *adjectives: str, **features: Any) -> Place:
    """On the table."""
    return Place(preposition, np(noun, *adjectives, **features))


def say(verb: str, subject: NounPhrase | None = None, obj: NounPhrase | None = None, **features: Any) -> Clause:
    """A clause."""
    variant = features.pop("variant", 0)
    return Clause(Word(verb, variant), subject=subject, object=obj, **features)


ANNA, PETER, THOMAS = np("Anna"), np("Peter"), np("Thomas")
PAST: dict[str, Any] = {"tense": "past"}
FUTURE: dict[str, Any] = {"tense": "future"}

MEANINGS: tuple[Clause, ...] = (
    say("sleep", np("dog", "big")),
    say("arrive", np("train"), time="yesterday", **PAST),
    say("arrive", np("doctor"), time="tomorrow", **FUTURE),
    say("leave", np("plane"), time="last_night", **PAST),
    say("buy", np("woman", "rich"), a("hat", "red"), place=at("in", "market"), time="yesterday", **PAST),
    say("eat", np("cat", "black"), a("fish"), place=at("in", "kitchen")),
    say("eat", a("child"), np("apple", count="two"), manner="quickly", **PAST),
    say("see", ANNA, np("bear", "old", definite=False, count="five"), place=at("in", "forest"), **PAST),
    say("give", np("teacher"), a("book", "new"), recipient=np("student"), time="today"),
    say("send", PETER, np("letter"), recipient=a("neighbour"), **PAST),
    say("show", np("painter"), np("picture", plural=True), recipient=np("child", plural=True), **FUTURE),
    say("be", np("house"), quality=Word("old")),
    say("be", np("soup"), quality=Word("cold"), negated=True, **PAST),
    say("be", np("tower"), quality=Word("tall"), than=np("church")),
    say("be", ANNA, quality=Word("young"), than=PETER),
    say("be", ANNA, category=a("doctor")),
    say("be", PETER, category=a("teacher"), negated=True),
    say("be", np("brother"), category=a("painter", "rich"), **PAST),
    say("be", np("dog"), category=a("animal", "strong")),
    say("be", np("key", plural=True), place=at("on", "table")),
    say("be", ANNA, place=at("in", "Moscow"), negated=True, time="today"),
    say("be", a("dog"), existential=True, place=at("in", "garden")),
    say("be", a("mouse"), existential=True, place=at("in", "cellar"), negated=True),
    say("be", a("museum", "beautiful"), existential=True, place=at("near", "river"), negated=True, **PAST),
    say("be", a("cup", count="seven"), existential=True, place=at("in", "cupboard"), **PAST),
    say("have", ANNA, a("cat", "white")),
    say("have", np("farmer"), a("horse"), negated=True, **PAST),
    say("have", np("baker"), a("cow", count="three"), **PAST),
    say("read", ANNA, np("newspaper"), negated=True, time="today"),
    say("buy", np("singer"), a("bread"), negated=True, time="yesterday", **PAST),
    say("drink_verb", np("soldier"), np("water", "cold"), time="often", negated=True),
    say("drink_verb", np("grandmother"), a("tea", "warm"), time="in_the_morning"),
    say("repair", np("man"), np("clock", "old"), modal="can"),
    say("open", np("student"), np("box"), modal="must", negated=True),
    say("sell", np("farmer"), np("cow"), modal="want", **PAST),
    say("repair", np("man"), np("bicycle"), modal="must", passive=True, agentless=True),
    say("steal", np("man", "poor"), np("bicycle"), passive=True, place=at("behind", "school"), **PAST),
    say("build", PETER, np("museum", "new"), passive=True, agentless=True, **FUTURE),
    say("paint", np("painter"), np("house"), passive=True, negated=True, time="last_week", **PAST),
    say("help", np("nurse"), np("child"), passive=True, **PAST),
    say("help", np("doctor"), np("soldier", "weak")),
    say("sell", np("baker"), np("cake", plural=True), passive=True, place=at("in", "shop")),
    say("buy", None, np("car"), question="who", **PAST),
    say("see", np("cat"), None, question="what", time="yesterday", **PAST),
    say("be", np("doctor"), question="where"),
    say("find", np("child"), np("ball"), question="where", **PAST),
    say("arrive", np("bus"), question="when", **FUTURE),
    say("sing", np("singer"), question="polar", place=at("in", "church")),
    say("have", np("neighbour"), a("dog"), question="polar"),
    say("open", None, np("box", "small"), imperative=True, manner="carefully"),
    say("close", None, np("cupboard"), imperative=True, negated=True),
    say("give", None, np("key"), recipient=np("neighbour"), imperative=True),
    say("know", ANNA, complement=say("sleep", PETER, place=at("in", "room"))),
    say("say", np("man"), complement=say("arrive", np("ship"), time="yesterday", **PAST), **PAST),
    say("hope", np("farmer"), complement=say("buy", np("woman"), np("sheep", plural=True), **FUTURE)),
    say("laugh", ANNA, subordinate=("because", say("be", PETER, quality=Word("angry")))),
    say("work", THOMAS, subordinate=("although", say("be", THOMAS, quality=Word("sick"), **PAST)), **PAST),
    say("cry", np("child"), subordinate=("when", say("leave", np("grandmother"), **PAST)), **PAST),
    say("dance", np("singer"), subordinate=("if", say("play_instrument", ANNA, np("piano"), **FUTURE)), **FUTURE),
    say("sit", np("cat"), place=at("under", "table"), coordinate=("and", say("jump", np("rabbit")))),
    say("love", ANNA, np("dog"), coordinate=("but", say("hate", PETER, np("animal", plural=True)))),
    say("sleep", np("wolf", relative=Relative("subject", say("follow", None, np("sheep"), **PAST)))),
    say(
        "read",
        np("woman"),
        np("letter", relative=Relative("object", say("write", np("brother"), **PAST))),
    ),
    say("be", np("man", relative=Relative("object", say("help", np("nurse"), **PAST))), quality=Word("healthy")),
    say("see", ANNA, np("man", relative=Relative("subject", say("have", None, a("guitar"))))),
    say("wash", np("man"), np("car", "dirty", possessor="Thomas"), time="tomorrow", **FUTURE),
    say("be", np("garden", possessor="Anna"), quality=Word("beautiful")),
    say("hide", np("child"), np("key", "small", possessor="Anna"), place=at("under", "bed"), **PAST),
    say("dance", np("Anna", conjunct=PETER), place=at("on", "bridge")),
    say("buy", np("cook"), a("apple", plural=True, conjunct=a("bread", "fresh")), **PAST),
    say("need", np("baker"), a("egg", count="twelve")),
    say("wear", np("singer"), a("dress", "green"), time="in_the_evening"),
    say("buy", np("Nordbank"), np("house", "old"), place=at("in", "Berlin"), time="next_week", **FUTURE),
    say("close", np("Aurora"), np("shop", plural=True), time="soon", **FUTURE),
    say("drive", np("neighbour"), np("bus"), manner="slowly", time="always"),
    say("see", a("woman", count="two"), np("horse", definite=False, count="four"), **PAST),
    say("wait", np("person", plural=True), place=at("near", "Vienna"), time="at_night"),
    say("wash", np("woman"), a("shirt", plural=True), time="sometimes"),
    say("cook_verb", np("cook"), np("soup"), manner="gladly", negated=True),
    say("break", np("child"), np("cup"), passive=True, agentless=True, **PAST),
    say("be", np("Anna", conjunct=np("Maria")), category=a("singer", plural=True), **PAST),
    say("be", np("brother", possessor="Clara"), category=a("nurse"), negated=True),
    say("leave", np("neighbour", plural=True), negated=True, time="often"),
    say("lend", np("Orion"), a("plane", "fast"), recipient=np("Himal"), **PAST),
    say("follow", None, np("duck"), question="who"),
    say("play_instrument", np("student"), None, question="what", time="in_the_evening"),
    say("have", None, np("key"), question="who"),
    say("need", PETER, None, question="what"),
    say("arrive", ANNA, question="where", **PAST),
    say("believe", np("woman"), negated=True, complement=say("need", PETER, np("lamp"), negated=True)),
    say("have", ANNA, a("dog"), modal="want", negated=True),
    say("be", np("shoe", plural=True, relative=Relative("object", say("need", np("soldier")))), quality=Word("dirty")),
    say("see", np("nurse"), np("person", definite=False, count="six"), time="today"),
    say("find", np("dog"), np("person", definite=False, count="two"), place=at("behind", "house"), **PAST),
    say("buy", np("cook"), a("clock", "old", count="three"), **PAST),
    say("be", a("animal", count="four"), existential=True, place=at("in", "field"), question="polar"),
    say("see", ANNA, np("animal", "brown", definite=False, count="two"), question="polar"),
    say("give", np("grandmother"), a("cheese"), recipient=np("child", definite=False, count="five"), **FUTURE),
    say("help", THOMAS, np("student", count="three"), modal="must", **PAST),
    say("be", np("cup", "dirty", count="eight"), place=at("near", "shelf", "blue")),
)
