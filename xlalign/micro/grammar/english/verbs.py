"""English verbs: their forms, and the chain in which each sets the form of the next.

The lexicon gives a verb what is irregular: `third` (*has*), `past`, `part` (the past participle), `ger` (*-ing*); and
`stative` for verbs without a progressive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from xlalign.micro.grammar.lexicon import Entry, entry
from xlalign.micro.grammar.shared import Tokens
from xlalign.micro.meaning import Clause, Role, Token, Word

VerbForm = Literal["base", "to", "third", "past", "part", "ger"]

_DO = Entry("do", "do", {"third": "does", "past": "did", "part": "done"})
_WILL = Entry("will", "will", {"third": "will", "past": "would"})


@cache
def verb_form(verb: Entry, form: VerbForm, plural: bool) -> str:
    """A verb in one of its forms; `plural` is the number of the subject."""
    if verb.lemma == "be" and plural and form in ("third", "past"):
        return "are" if form == "third" else "were"
    if form in ("base", "to") or (form == "third" and plural):
        return verb.lemma
    return verb.get(form) or _regular(verb.lemma, form)


def _regular(lemma: str, form: VerbForm) -> str:
    if form == "third":
        return lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
    return lemma.removesuffix("e") + ("ing" if form == "ger" else "ed")


@dataclass(frozen=True, slots=True)
class _ChainVerb:
    """A verb of the chain, and the form that it asks of the next one."""

    verb: Entry
    node: str
    role: Role
    upos: str
    asks: VerbForm


def verb_chain(clause: Clause, c: str, plural: bool, inverted: bool) -> Tokens:
    """The verbs of a clause under the node prefix `c`, the finite one first.

    Args:
        plural: the number of the subject.
        inverted: whether the finite verb goes before the subject, for which *do* steps in.
    """
    # Each verb asks for the form of the next. "will want to be eaten" is
    #   will (asks base) -> want (asks to) -> be (asks participle) -> eat,
    # and the first takes its own form from tense and subject: "Does she want to eat?" starts with do (asks base).
    links = _links(clause, c)
    if (inverted or clause.negated) and links[0].upos != "AUX":
        links.insert(0, _ChainVerb(_DO, f"{c}verb", "aux", "AUX", "base"))
    form: VerbForm = "past" if clause.tense == "past" else "third"
    if clause.imperative:
        form = "base"
    tokens = []
    for link in links:
        if form == "to":
            tokens.append(Token("to", "PART", f"{c}verb", "part"))
        tokens.append(Token(verb_form(link.verb, form, plural), link.upos, link.node, link.role))
        form = link.asks
    return tokens


def _links(clause: Clause, c: str) -> list[_ChainVerb]:
    node, be, main = f"{c}verb", entry("en", Word("be")), entry("en", clause.verb)
    links: list[_ChainVerb] = []
    if clause.tense == "future":
        links.append(_ChainVerb(_WILL, node, "aux", "AUX", "base"))
    if clause.modal:
        links.append(_modal(clause, f"{c}modal"))
    if clause.time == "now" and not clause.modal and clause.tense == "present" and not main.has("stative"):
        links.append(_ChainVerb(be, node, "aux", "AUX", "ger"))
    if clause.passive:
        links.append(_ChainVerb(be, node, "aux", "AUX", "part"))
    links.append(_ChainVerb(main, node, "head", "AUX" if clause.verb.concept == "be" else "VERB", "base"))
    return links


def _modal(clause: Clause, node: str) -> _ChainVerb:
    assert clause.modal is not None
    if clause.modal == "want":
        return _ChainVerb(entry("en", Word("want")), node, "head", "VERB", "to")
    if clause.modal == "must" and clause.tense == "past":  # *must* has no past: "had to"
        return _ChainVerb(entry("en", Word("have")), node, "head", "VERB", "to")
    return _ChainVerb(entry("en", Word(clause.modal)), node, "head", "AUX", "base")
