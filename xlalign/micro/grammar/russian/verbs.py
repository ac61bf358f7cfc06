"""The verbs of a Russian clause: negation, modal, copula or auxiliary, and the verb with its aspect."""

from __future__ import annotations

from xlalign.micro.grammar.lexicon import Entry, entry
from xlalign.micro.grammar.russian import conjugation, declension
from xlalign.micro.grammar.russian.conjugation import Aspect
from xlalign.micro.grammar.russian.constructions import RussianClause, is_frequency
from xlalign.micro.grammar.russian.declension import Gender
from xlalign.micro.grammar.shared import Tokens
from xlalign.micro.meaning import Role, Token, Word


def predicate_verbs(part: RussianClause, manner: Tokens) -> Tokens:
    """Everything verbal of a clause in order; `manner` goes right before the verb itself."""
    if part.denies:
        return _denial(part)
    negated = part.clause.negated and not is_frequency(part.clause)
    negation = [Token("не", "PART", part.node("negation"))] if negated else []
    return [*negation, *_affirmed(part, manner)]


def _denial(part: RussianClause) -> Tokens:
    """Absence: *нет* in the present, else *не было* and *не будет*."""
    negation, tense = part.node("negation"), part.clause.tense
    if tense == "present":
        return [Token("нет", "PART", negation)]
    return [Token("не", "PART", negation), *_be(part, "n", "head")]


def _affirmed(part: RussianClause, manner: Tokens) -> Tokens:
    clause = part.clause
    if clause.imperative:
        kind: Aspect = "impf" if clause.negated else "pf"
        return [_verb(part, conjugation.imperative(part.verb, conjugation.aspect(part.verb, kind)))]
    if clause.modal:
        return [*_modal(part), *manner, *_infinitive(part)]
    if part.construction in {"have", "exist"} or part.verb.concept == "be":
        return _being(part)
    if part.construction == "passive":
        return _passive(part, manner)
    return _needed(part) if part.verb.has("short") else _active(part, manner)


def _verb(part: RussianClause, form: str) -> Token:
    return Token(form, "AUX" if part.verb.concept == "be" else "VERB", part.node("verb"))


def _be(part: RussianClause, agreement: Gender, role: Role) -> Tokens:
    """был or будет, and nothing in the present."""
    tense, node = part.clause.tense, part.node("verb")
    if tense == "present":
        return []
    upos = "VERB" if part.construction in {"have", "exist"} else "AUX"
    if tense == "past":
        return [Token(conjugation.past(entry("ru", Word("be")), "impf", agreement), upos, node, role)]
    form = conjugation.present(entry("ru", Word("future")), "impf", agreement == "p")
    return [Token(form, upos, node, role)]


def _needed(part: RussianClause) -> Tokens:
    form = declension.short(part.verb.get("short"), part.agreement)
    return [*_be(part, part.agreement, "aux"), Token(form, "ADJ", part.node("verb"))]


def _being(part: RussianClause) -> Tokens:
    """The verb of being, which in the present is said of what exists but not as a copula."""
    clause = part.clause
    if clause.tense != "present":
        return _be(part, part.agreement, "head")
    if part.construction in {"have", "exist"}:
        return [Token("есть", "VERB", part.node("verb"))]
    # "Анна — врач": the copula is a dash; "Анна не врач" and "Кто врач?" have neither.
    dash = clause.category is not None and not clause.negated and part.gap != "subject" and clause.question != "who"
    return [Token("—", "PUNCT", part.node("verb"), "punct")] if dash else []


def _active(part: RussianClause, manner: Tokens) -> Tokens:
    verb, tense, agreement = part.verb, part.clause.tense, part.agreement
    if tense == "present":
        return [*manner, _verb(part, conjugation.present(verb, "impf", agreement == "p"))]
    kind = conjugation.aspect(verb, "pf")
    if tense == "past":
        return [*manner, _verb(part, conjugation.past(verb, kind, agreement))]
    if kind == "pf":
        return [*manner, _verb(part, conjugation.present(verb, kind, agreement == "p"))]
    return [*_be(part, agreement, "aux"), *manner, _verb(part, conjugation.infinitive(verb, kind))]


def _passive(part: RussianClause, manner: Tokens) -> Tokens:
    if part.clause.tense == "present":
        return [*manner, _verb(part, conjugation.passive_present(part.verb, part.agreement == "p"))]
    participle = _verb(part, conjugation.passive_participle(part.verb, part.agreement))
    return [*_be(part, part.agreement, "aux"), *manner, participle]


def _modal(part: RussianClause) -> Tokens:
    clause, node, agreement = part.clause, part.node("modal"), part.agreement
    assert clause.modal is not None
    modal: Entry = entry("ru", Word(clause.modal))
    if modal.has("short"):
        must = Token(declension.short(modal.get("short"), agreement), "ADJ", node)
        return [must, *(Token(be.form, "AUX", node, "aux") for be in _be(part, agreement, "aux"))]
    if clause.tense == "past":
        return [Token(conjugation.past(modal, "impf", agreement), "VERB", node)]
    kind: Aspect = "pf" if clause.tense == "future" else "impf"
    return [Token(conjugation.present(modal, kind, agreement == "p"), "VERB", node)]


def _infinitive(part: RussianClause) -> Tokens:
    """What a modal asks for: imperfective for what is forbidden, unwanted or habitual."""
    clause, verb = part.clause, part.verb
    if part.construction == "passive":
        participle = _verb(part, conjugation.passive_participle(verb, part.agreement))
        return [Token("быть", "AUX", part.node("verb"), "aux"), participle]
    habitual = clause.time is not None and entry("ru", Word(clause.time)).concept in {"often", "always", "sometimes"}
    unwanted = clause.negated and clause.modal in {"must", "want"}
    kind: Aspect = "impf" if habitual or unwanted else "pf"
    return [_verb(part, conjugation.infinitive(verb, kind))]
