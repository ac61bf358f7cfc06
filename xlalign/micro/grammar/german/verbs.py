"""The verbs of a German clause: the finite one, and the right bracket of infinitives, participles and particles."""

from __future__ import annotations

from dataclasses import dataclass

from xlalign.micro.grammar.german import forms
from xlalign.micro.grammar.german.forms import Case
from xlalign.micro.grammar.lexicon import Entry, Setting, entry
from xlalign.micro.grammar.shared import Tokens, is_plural
from xlalign.micro.meaning import Clause, Role, Token, Word

_WERDEN = Word("future")


@dataclass(frozen=True, slots=True)
class GermanClause:
    """A clause on its way: `path` prefixes its nodes; `gap` is the argument that a relative pronoun stands for."""

    clause: Clause
    path: str
    setting: Setting
    gap: str = ""

    @property
    def verb(self) -> Entry:
        """The lexical verb."""
        word = Word("exist") if self.clause.existential else self.clause.verb
        return entry("de", word, self.setting)

    @property
    def object_case(self) -> Case:
        """The case that the verb gives its object."""
        return "dat" if self.verb.has("dat") else "acc"

    def node(self, name: str) -> str:
        """A node of this clause."""
        return self.path + name


def part_of(clause: Clause, path: str, gap: str = "") -> GermanClause:
    """A clause whose gaps are filled."""
    return GermanClause(clause, path, Setting.of(clause), gap)


def verb_bracket(part: GermanClause, *, final: bool) -> tuple[Token, Tokens]:
    """The finite verb and the rest of the right bracket, innermost verb first."""
    clause, verb, node = part.clause, part.verb, part.node("verb")
    upos = "AUX" if clause.verb.concept == "be" and not clause.existential else "VERB"
    if clause.imperative:
        return Token(forms.imperative(verb), upos, node), _particle(verb, node)
    helpers = _helpers(part)
    if not helpers:
        form = forms.finite(verb, clause.tense == "past", _plural(part))
        if final:
            return Token(forms.particle(verb) + form, upos, node), []
        return Token(form, upos, node), _particle(verb, node)
    form = forms.participle(verb) if clause.passive else forms.infinitive(verb)
    # Helpers are listed outermost first, and the bracket runs from the innermost out:
    # future + must + passive of "reparieren" -> wird ... | repariert werden müssen.
    inner = [Token(forms.infinitive(helper), "AUX", at, role) for helper, at, role in reversed(helpers[1:])]
    outer, at, role = helpers[0]
    finite = forms.finite(outer, clause.tense == "past", _plural(part))
    return Token(finite, "AUX", at, role), [Token(form, upos, node), *inner]


def _helpers(part: GermanClause) -> list[tuple[Entry, str, Role]]:
    """Auxiliaries and modals, outermost first, each with its node and role."""
    clause, node = part.clause, part.node("verb")
    helpers: list[tuple[Entry, str, Role]] = []
    if clause.tense == "future":
        helpers.append((entry("de", _WERDEN), node, "aux"))
    if clause.modal:
        modal = "prohibition" if clause.modal == "must" and clause.negated else clause.modal
        helpers.append((entry("de", Word(modal)), part.node("modal"), "head"))
    if clause.passive:
        helpers.append((entry("de", _WERDEN), node, "aux"))
    return helpers


def _particle(verb: Entry, node: str) -> Tokens:
    form = forms.particle(verb)
    return [Token(form, "ADJ" if form == "kaputt" else "ADP", node, "part")] if form else []


def _plural(part: GermanClause) -> bool:
    clause = part.clause
    if clause.existential or (clause.passive and part.object_case == "dat"):
        return False
    subject = clause.object if clause.passive else clause.subject
    return subject is not None and is_plural(subject)
