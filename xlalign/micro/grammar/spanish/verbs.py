"""Spanish verb groups: negation, clitics, modal, copula, passive; tense and mood of the finite verb.

Features of the lexicon: `estar` (of adjectives: the copula; of verbs: said with it, *está sentado*), `refl` (takes
*se*), `stative` (past in the imperfect), `presents` (verb before subject after a time), `generic` (an object in bulk
takes the article), `a` (which objects take personal *a*: none, people by default, known creatures, animate, any),
`le` (the command with its clitic), `imp` and `nimp` (commands). `when=passive` stands for "under a modal".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from xlalign.micro.grammar.lexicon import Entry, Setting, entry
from xlalign.micro.grammar.shared import Tokens
from xlalign.micro.grammar.spanish import forms, phrases
from xlalign.micro.grammar.spanish.forms import Gender, Slot
from xlalign.micro.meaning import Clause, NounPhrase, Role, Token, Word

Mood = Literal["indicative", "subjunctive"]


@dataclass(frozen=True)
class SpanishClause:
    """A clause where it stands.

    `path` is its node prefix, `past` says that whoever speaks or thinks it did so in the past, `antecedent` is what
    a relative clause is about, and a `silent` subject is the one of the clause before.
    """

    clause: Clause
    path: str = ""
    mood: Mood = "indicative"
    past: bool = False
    antecedent: NounPhrase | None = None
    silent: bool = False

    @property
    def subject(self) -> NounPhrase | None:
        """The phrase that the verb agrees with."""
        spoken = self.clause.object if self.clause.passive else self.clause.subject
        return spoken or self.antecedent

    @property
    def plural(self) -> bool:
        """The number that the verb agrees with."""
        return self.subject is not None and phrases.is_plural(self.subject)

    @property
    def gender(self) -> Gender:
        """The gender that participles and adjectives agree with."""
        return phrases.gender(self.subject) if self.subject else "m"

    @cached_property
    def verb(self) -> Entry:
        """The lemma of the verb; under a modal, a posture is something to get into (*se quiere sentar*)."""
        subject, object_ = self.subject, self.clause.object
        setting = Setting(
            subject=subject.noun.concept if subject else None,
            object=object_.noun.concept if object_ else None,
            passive=self.clause.modal is not None,
        )
        return entry("es", self.clause.verb, setting)

    def under(self, clause: Clause, path: str, **features: Any) -> SpanishClause:
        """The frame of a clause at `path` that belongs to this one."""
        return SpanishClause(clause, path, silent=clause.subject == self.clause.subject, **features)


def verbs(frame: SpanishClause) -> Tokens:
    """The verb group with its negation and clitics."""
    clause, c = frame.clause, frame.path
    tokens = [Token("no", "PART", f"{c}negation")] if clause.negated else []
    if clause.imperative:
        return tokens + _command(frame)
    if frame.verb.has("refl"):
        tokens.append(Token("se", "PRON", f"{c}verb", "part"))
    if clause.recipient and not clause.passive:
        tokens.append(_clitic(clause.recipient, c))
    return tokens + _chain(frame)


def _clitic(recipient: NounPhrase, c: str) -> Token:
    return Token("les" if phrases.is_plural(recipient) else "le", "PRON", f"{c}recipient", "part")


def _command(frame: SpanishClause) -> Tokens:
    clause, c = frame.clause, frame.path
    verb = frame.verb
    if clause.recipient and not clause.negated:
        plural = "s" if phrases.is_plural(clause.recipient) else ""
        return [Token(verb.get("le") + plural, "VERB", f"{c}verb")]
    clitic = [_clitic(clause.recipient, c)] if clause.recipient else []
    if clause.verb.concept == "be":
        verb = _copula(frame)
    return [*clitic, *(_command_word(form, f"{c}verb") for form in forms.imperative(verb, clause.negated))]


_COMMAND_WORDS: dict[str, tuple[str, Role]] = {
    "te": ("PRON", "part"),
    "de": ("ADP", "part"),
    "pie": ("NOUN", "head"),
}


def _command_word(form: str, node: str) -> Token:
    upos, role = _COMMAND_WORDS.get(form, ("VERB", "head"))
    return Token(form, upos, node, role)


def _chain(frame: SpanishClause) -> Tokens:
    """The finite verb, further verbs in the infinitive, and the participle or words that complete it."""
    first, *others = _links(frame)
    finite = _finite(frame, first)
    node = f"{frame.path}verb"
    infinitives = [Token(link.entry.lemma, link.upos, node, link.role) for link in others]
    return [*finite, *infinitives, *_completion(frame)]


@dataclass(frozen=True, slots=True)
class _Link:
    """One verb of the chain."""

    entry: Entry
    upos: str
    role: Role = "head"


def _links(frame: SpanishClause) -> list[_Link]:
    clause, verb = frame.clause, frame.verb
    if clause.modal:
        inner = _links(replace(frame, clause=replace(clause, modal=None)))
        return [_Link(_modal(clause), "VERB" if clause.modal == "want" else "AUX"), *inner]
    if clause.verb.concept == "be":
        return [_Link(_copula(frame), "VERB" if clause.existential else "AUX")]
    if verb.has("estar"):
        return [_Link(entry("es", Word("_estar")), "AUX", "aux")]
    if clause.passive:
        return [_Link(entry("es", Word("be")), "AUX", "aux")]
    return [_Link(verb, "VERB")]


def _modal(clause: Clause) -> Entry:
    """*deber* for a present duty, because *no tener que* would only deny it; *tener que* for a past one."""
    assert clause.modal is not None
    past_duty = clause.modal == "must" and clause.tense == "past" and not clause.negated
    return entry("es", Word("have" if past_duty else clause.modal))


def _copula(frame: SpanishClause) -> Entry:
    clause = frame.clause
    if clause.existential:
        return entry("es", Word("_haber"))
    # "es grande", "es médico", but "está enfermo" (a state) and "está en casa" (a place).
    state = clause.quality is not None and quality(frame).has("estar")
    located = clause.quality is None and clause.category is None
    return entry("es", Word("_estar" if state or located else "be"))


def quality(frame: SpanishClause) -> Entry:
    """The predicative adjective."""
    assert frame.clause.quality is not None
    subject = frame.subject
    return entry("es", frame.clause.quality, Setting(subject=subject.noun.concept if subject else None))


def _completion(frame: SpanishClause) -> Tokens:
    clause, node, verb = frame.clause, f"{frame.path}verb", frame.verb
    if verb.has("estar"):
        *before, last = verb.lemma.split("_")
        form = forms.inflected(last, frame.gender, frame.plural)
        words = [Token(word, "ADP", node, "part") for word in before]
        return [*words, Token(last if before else form, "NOUN" if before else "VERB", node)]
    if clause.passive:
        return [Token(forms.participle(verb, frame.gender, frame.plural), "VERB", node)]
    return []


def _finite(frame: SpanishClause, link: _Link) -> Tokens:
    clause, c = frame.clause, frame.path
    node = f"{c}modal" if clause.modal else f"{c}verb"
    duty = [Token("que", "SCONJ", node, "part")] if clause.modal and link.entry.concept == "have" else []
    plural = frame.plural
    if frame.mood == "subjunctive" and clause.tense == "past" and not frame.past:
        return [*_perfect(link, node, plural), *duty]
    form = forms.conjugated(link.entry, _slot(frame, link.entry), plural)
    return [Token(form, link.upos, node, link.role), *duty]


def _perfect(link: _Link, node: str, plural: bool) -> Tokens:
    """*haya dormido*: the past as hoped for or doubted now."""
    auxiliary = Token("hayan" if plural else "haya", "AUX", node, "aux")
    return [auxiliary, Token(forms.participle(link.entry, "m", plural=False), link.upos, node, link.role)]


def _slot(frame: SpanishClause, verb: Entry) -> Slot:
    # Ana dice que Pedro | duerme, durmió, dormirá.    present, past, future
    # Ana dijo que Pedro | dormía, durmió, dormiría.   the same three, said in the past
    if frame.mood == "subjunctive":
        return "isubj" if frame.past else "subj"
    if frame.past and frame.clause.tense != "past":
        return "impf" if frame.clause.tense == "present" else "cond"
    if frame.clause.tense == "past":
        return "impf" if _lasting(frame, verb) else "pret"
    return "fut" if frame.clause.tense == "future" else "pres"


def _lasting(frame: SpanishClause, verb: Entry) -> bool:
    """Whether the past is a state (imperfect) rather than an event (preterite)."""
    if frame.clause.modal == "must":
        return False
    voice = frame.clause.passive and not frame.clause.modal
    return (frame.verb if voice else verb).has("stative")
