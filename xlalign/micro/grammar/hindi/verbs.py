"""Hindi verb groups: who marks what, what the verb agrees with, and the chain of verbs at the end of a clause.

Features of verbs in the lexicon: `noun` (gender of the noun in a compound verb), `pre` (part of speech of another
first word; "agree" when it agrees with the subject), `drop` (that word goes under negation and modals), `o` (marker
of the object), `bare` (object never marked), `intr` (no ne), `dat` (subject in ko), `have` (subject in ke pās),
`stative` (past is a state), `state` (going on now is the result of the verb), `vector` (stem of the light verb that
completes it). `when=passive` stands for everything deliberate: passive, command, duty and wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from xlalign.micro.grammar.hindi import forms, phrases
from xlalign.micro.grammar.hindi.forms import DEFAULT, Agreement
from xlalign.micro.grammar.lexicon import Entry, Setting, entry
from xlalign.micro.grammar.shared import Tokens
from xlalign.micro.meaning import Clause, NounPhrase, Role, Token


@dataclass(frozen=True)
class HindiClause:
    """A clause where it stands.

    `path` is its node prefix. A relative clause has an `antecedent` in its `gap`; with `inside` the noun itself is
    said there (जो कुत्ता ..., वह ...). `known` says that the subject was named just before and is now a pronoun.
    """

    clause: Clause
    path: str = ""
    antecedent: NounPhrase | None = None
    gap: Literal["subject", "object", ""] = ""
    inside: bool = False
    known: bool = False

    @property
    def subject(self) -> NounPhrase | None:
        """Who does it, with the gap filled."""
        return self.antecedent if self.gap == "subject" else self.clause.subject

    @property
    def object(self) -> NounPhrase | None:
        """What it is done to, with the gap filled."""
        return self.antecedent if self.gap == "object" else self.clause.object

    @cached_property
    def verb(self) -> Entry:
        """The lemma; what happens to someone (मिलना) gives way to what someone does (ढूँढना) where it must."""
        clause = self.clause
        deliberate = clause.passive or clause.imperative or clause.modal in ("must", "want")
        subject = self.subject.noun.concept if self.subject else None
        object_ = self.object.noun.concept if self.object else None
        return entry("hi", clause.verb, Setting(subject=subject, object=object_, passive=deliberate))

    @property
    def passive(self) -> bool:
        """Whether the object is promoted; verbs with a dative subject have no passive."""
        return self.clause.passive and not self.verb.has("dat")

    @property
    def progressive(self) -> bool:
        """Whether something is going on right now."""
        clause = self.clause
        lasting = any(self.verb.has(feature) for feature in ("stative", "dat", "have"))
        ongoing = clause.time == "now" and clause.tense == "present"
        return ongoing and not (clause.modal or lasting or clause.verb.concept == "be")

    @property
    def ergative(self) -> bool:
        """Whether the subject takes ने."""
        clause, verb = self.clause, self.verb
        eventful = clause.verb.concept != "be" and not any(verb.has(f) for f in ("intr", "stative", "dat", "have"))
        return eventful and clause.tense == "past" and not (clause.modal or clause.passive)


# Case


def object_marker(frame: HindiClause) -> str:
    """The postposition of the object: से or का with some verbs, को on people and known animals."""
    verb, phrase = frame.verb, frame.object
    if verb.has("o") or phrase is None:
        return verb.get("o")
    if verb.has("bare") or verb.has("dat") or verb.has("have"):
        return ""
    kinds = phrases.kinds(phrase)
    known = phrase.definite or phrase.possessor is not None or frame.gap == "object"
    someone = kinds & {"person", "PER"} or (known and not frame.passive and kinds & {"animal", "fish"})
    return "को" if someone else ""


def subject_marker(frame: HindiClause) -> str:
    """The postposition of the grammatical subject."""
    if frame.passive:
        return object_marker(frame)
    if frame.verb.has("have"):
        return "के पास"
    if frame.verb.has("dat") or frame.clause.modal == "must":
        return "को"
    return "ने" if frame.ergative else ""


def preverb(frame: HindiClause) -> Agreement:
    """What का before the noun of a compound verb (की मदद) agrees with."""
    return Agreement("f" if frame.verb.get("noun") == "f" else "m", False)


def agreement(frame: HindiClause) -> Agreement:
    """What the verb agrees with: the unmarked subject, else the unmarked object, else nothing."""
    # "लड़की रोटी खाती है" agrees with the girl; "लड़के ने रोटी खाई" with the bread, since ने marks the subject;
    # "लड़के ने कुत्ते को देखा" with nothing, since को marks the object as well.
    if not frame.passive and not subject_marker(frame):
        return phrases.agreement(frame.subject) if frame.subject else DEFAULT
    if frame.verb.has("noun"):
        return preverb(frame)
    if object_marker(frame) or frame.object is None:
        return DEFAULT
    return phrases.agreement(frame.object, nearest=not frame.passive)


# The chain


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb of the chain, still without its form."""

    stem: str
    node: str
    role: Role
    upos: str

    def token(self, form: str) -> Token:
        return Token(form, self.upos, self.node, self.role)

    def auxiliary(self, form: str) -> Token:
        return Token(form, "AUX", self.node, "aux")


def verbs(frame: HindiClause, asked: Sequence[Token] = ()) -> Tokens:
    """The verb group with its negation, and a question word that follows the noun of a compound verb."""
    before, negation = _before(frame), _negation(frame)
    chain = _command(frame) if frame.clause.imperative else _chain(frame)
    if frame.verb.get("pre") == "VERB":
        return [*negation, *before, *chain]
    return [*before, *asked, *negation, *chain]


def _negation(frame: HindiClause) -> Tokens:
    if not frame.clause.negated:
        return []
    form = "मत" if frame.clause.imperative else "नहीं"
    return [Token(form, "PART", f"{frame.path}negation")]


def _before(frame: HindiClause) -> Tokens:
    """The noun, adjective or verb that makes a compound verb."""
    clause, verb = frame.clause, frame.verb
    word, _, light = verb.lemma.rpartition(" ")
    dropped = verb.has("drop") and (clause.negated or clause.modal or frame.progressive)
    if not light or not word or dropped:
        return []
    if verb.get("pre") == "agree":
        seen = Agreement("m", True) if clause.imperative else _described(frame)
        return [Token(forms.agreeing(word, seen), "VERB", f"{frame.path}verb")]
    return [Token(word, "NOUN" if verb.has("noun") else verb.get("pre"), f"{frame.path}verb")]


def _described(frame: HindiClause) -> Agreement:
    """What a participle that describes the subject agrees with, whatever the verb does."""
    return phrases.agreement(frame.subject) if frame.subject else DEFAULT


def _main(frame: HindiClause) -> _Verb:
    clause = frame.clause
    light = frame.verb.lemma.rpartition(" ")[2]
    upos = "AUX" if clause.verb.concept == "be" and not clause.existential else "VERB"
    return _Verb(forms.stem(light), f"{frame.path}verb", "head", upos)


def _command(frame: HindiClause) -> Tokens:
    main = _main(frame)
    return [main.token(forms.imperative(main.stem))]


def _chain(frame: HindiClause) -> Tokens:
    """Verb, passive auxiliary, modal, tense: each sets the form of the one before."""
    verb, main, seen = frame.verb, _main(frame), agreement(frame)
    if frame.progressive and verb.has("state") and not frame.passive:
        return _state(frame, main)
    # Each verb sets the form of the one before it: passive "खाया जाता है", vector "खा लिया", modal "खा सकता है".
    tokens: Tokens = []
    if frame.passive:
        tokens.append(main.token(forms.passive_participle(main.stem, seen)))
        main = _Verb("जा", main.node, "aux", "AUX")
    elif verb.has("vector") and not (frame.clause.negated or frame.clause.modal or frame.progressive):
        tokens.append(main.token(main.stem))
        main = _Verb(verb.get("vector"), main.node, "aux", "AUX")
    if frame.clause.modal:
        return [*tokens, *_modal(frame, main, seen)]
    return [*tokens, *_finite(frame, main, seen, copula=_is_copula(frame), lasting=_is_lasting(frame))]


def _state(frame: HindiClause, main: _Verb) -> Tokens:
    """A posture or garment right now: the result of the verb (बैठा है, पहने हुए है)."""
    if not frame.verb.has("intr"):
        participle = main.token(forms.perfective(main.stem, Agreement("m", True)))
        return [participle, main.auxiliary("हुए"), main.auxiliary(forms.copula("present", agreement(frame)))]
    be = forms.copula("present", agreement(frame))
    if frame.verb.get("pre"):
        return [main.auxiliary(be)]
    return [main.token(forms.perfective(main.stem, agreement(frame), final=False)), main.auxiliary(be)]


def _is_copula(frame: HindiClause) -> bool:
    return frame.clause.verb.concept in ("be", "have") or (frame.verb.has("dat") and frame.verb.has("noun"))


def _is_lasting(frame: HindiClause) -> bool:
    return frame.verb.has("stative")


def _finite(frame: HindiClause, verb: _Verb, seen: Agreement, *, copula: bool = False, lasting: bool = False) -> Tokens:
    """The verb that carries tense, and its auxiliaries."""
    tense = frame.clause.tense
    if copula:
        return [verb.token(forms.copula(tense, seen))]
    if tense == "future":
        return [verb.token(forms.future(verb.stem, seen))]
    if tense == "past" and not lasting:
        return [verb.token(forms.perfective(verb.stem, seen))]
    be = verb.auxiliary(forms.copula(tense, seen))
    if frame.progressive:
        return [verb.token(verb.stem), verb.auxiliary(forms.agreeing("रहा", seen)), be]
    if frame.clause.negated and tense == "present":
        return [verb.token(forms.habitual(verb.stem, seen, final=True))]
    return [verb.token(forms.habitual(verb.stem, seen)), be]


def _modal(frame: HindiClause, main: _Verb, seen: Agreement) -> Tokens:
    clause, node = frame.clause, f"{frame.path}modal"
    if clause.modal == "can":
        return [main.token(main.stem), *_finite(frame, _Verb("सक", node, "head", "AUX"), seen)]
    if clause.modal == "want":
        want = _Verb("चाह", node, "head", "VERB")
        return [main.token(main.stem + "ना"), *_finite(frame, want, seen, lasting=True)]
    infinitive = main.token(forms.infinitive(main.stem, seen))
    if clause.tense == "present":
        return [infinitive, Token("चाहिए", "AUX", node)]
    return [infinitive, *_finite(frame, _Verb("पड़", node, "head", "AUX"), seen)]
