"""English: fixed order, articles, do-support, auxiliaries.

A clause is subject, verb group, objects and adverbials. The verb group is a chain (will, want, be, eat) in which
every verb sets the form of the next; the first one is finite and carries negation and inversion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from xlalign.micro.concepts import concepts, read_table
from xlalign.micro.grammar.surface import sentence
from xlalign.micro.meaning import Clause, NounPhrase, Role, Sentence, Token, Word

Form = Literal["base", "to", "third", "past", "participle", "gerund"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A lemma. `forms`: of nouns [plural], of verbs [third, past, participle, gerund], of adjectives [comparative]."""

    form: str
    forms: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def realise(clause: Clause) -> Sentence:
    """Say `clause` in English."""
    return sentence("en", _clause(clause, ""), "?" if clause.question else ".")


# Lexicon

_FORMS: dict[Form, int] = {"third": 0, "past": 1, "participle": 2, "gerund": 3}
_DO = _Entry("do", ("does", "did", "done", "doing"))
_WILL = _Entry("will", ("will", "would"))
_MODALS = {"can": _Entry("can", ("can", "could")), "must": _Entry("must", ("must", "must"))}


@cache
def _lexicon() -> dict[str, tuple[_Entry, ...]]:
    table: dict[str, list[_Entry]] = {}
    for row in read_table("en.tsv"):
        forms = _inflect(concepts()[row["concept"]].pos, row["form"], row["forms"].split())
        table.setdefault(row["concept"], []).append(_Entry(row["form"], forms, tuple(row["flags"].split())))
    return {concept: tuple(entries) for concept, entries in table.items()}


def _inflect(pos: str, form: str, irregular: list[str]) -> tuple[str, ...]:
    if pos == "noun":
        return tuple(irregular) or (form + "s",)
    if pos != "verb":
        return tuple(irregular)
    stem = form.removesuffix("e")
    third = form + ("es" if form.endswith(("s", "sh", "ch", "x")) else "s")
    rules = [third, stem + "ed", stem + "ed", stem + "ing"]
    given = irregular if len(irregular) == len(rules) else ["-"] * len(rules)
    return tuple(rule if own == "-" else own for own, rule in zip(given, rules, strict=True))


def _entry(word: Word) -> _Entry:
    entries = _lexicon()[word.concept]
    return entries[word.variant % len(entries)]


def _verb_form(entry: _Entry, form: Form, plural: bool) -> str:
    if entry.form == "be" and plural and form in ("third", "past"):
        return "are" if form == "third" else "were"
    if form in ("base", "to") or (form == "third" and plural and entry not in (_WILL, *_MODALS.values())):
        return entry.form
    return entry.forms[_FORMS[form]]


# Noun phrases


def _noun_phrase(phrase: NounPhrase | None, node: str) -> list[Token]:
    if phrase is None:
        return []
    tokens = _determined(phrase, node)
    if phrase.relative:
        tokens += _relative(phrase, node)
    if phrase.conjunct:
        tokens.append(Token("and", "CCONJ", f"{node}.conjunct", "conj"))
        tokens += _noun_phrase(phrase.conjunct, f"{node}.conjunct")
    return tokens


def _determined(phrase: NounPhrase, node: str) -> list[Token]:
    concept = concepts()[phrase.noun.concept]
    if concept.pos == "name":
        return [_name(concept.id, node)]
    tokens = [Token(_entry(Word(phrase.count)).form, "NUM", f"{node}.count")] if phrase.count else []
    for i, adjective in enumerate(phrase.adjectives):
        tokens.append(Token(_entry(adjective).form, "ADJ", f"{node}.adjective{i}"))
    noun = _entry(phrase.noun)
    tokens.append(Token(noun.forms[0] if phrase.plural or phrase.count else noun.form, "NOUN", node))
    if phrase.possessor:
        marker = Token("'s", "PART", f"{node}.possessor", "adp", space_before=False)
        return [_name(phrase.possessor, f"{node}.possessor"), marker, *tokens]
    article = _article(phrase, tokens[0].form, concept.mass)
    return [Token(article, "DET", node, "det"), *tokens] if article else tokens


def _article(phrase: NounPhrase, following: str, mass: bool) -> str:
    if phrase.definite:
        return "the"
    if phrase.plural or phrase.count or mass:
        return ""
    return "an" if following[0] in "aeiou" else "a"


def _name(concept: str, node: str) -> Token:
    return Token(_lexicon()[concept][0].form, "PROPN", node, "head", f"B-{concepts()[concept].cls}")


def _relative(phrase: NounPhrase, node: str) -> list[Token]:
    assert phrase.relative is not None
    person = concepts()[phrase.noun.concept].cls == "person"
    pronoun = "who" if person and phrase.relative.gap == "subject" else "that"
    mark = Token(pronoun, "PRON", f"{node}.relative", "mark")
    return [mark, *_clause(phrase.relative.clause, f"{node}.relative.", antecedent_plural=_is_plural(phrase))]


def _is_plural(phrase: NounPhrase | None) -> bool:
    return phrase is not None and bool(phrase.plural or phrase.count or phrase.conjunct)


# Clauses


def _clause(clause: Clause, c: str, antecedent_plural: bool = False) -> list[Token]:
    """A clause under the node prefix `c`; without a subject (relative clause) it agrees with the antecedent."""
    subject = clause.object if clause.passive else clause.subject
    plural = _is_plural(subject) if subject else antecedent_plural
    tokens = _core(clause, c, _subject(clause, c), plural)
    if clause.complement:
        tokens.append(Token("that", "SCONJ", f"{c}complement", "mark"))
        tokens += _clause(clause.complement, f"{c}complement.")
    if clause.subordinate:
        tokens.append(Token(_entry(Word(clause.subordinate[0])).form, "SCONJ", f"{c}subordinate", "mark"))
        tokens += _clause(_conditioned(*clause.subordinate), f"{c}subordinate.")
    if clause.coordinate:
        tokens.append(Token(_entry(Word(clause.coordinate[0])).form, "CCONJ", f"{c}coordinate", "conj"))
        tokens += _clause(clause.coordinate[1], f"{c}coordinate.")
    return tokens


def _conditioned(conjunction: str, clause: Clause) -> Clause:
    """English puts the future after *if* and *when* into the present."""
    future = conjunction in ("if", "when") and clause.tense == "future"
    return replace(clause, tense="present") if future else clause


def _subject(clause: Clause, c: str) -> list[Token]:
    if clause.imperative:
        return []
    if clause.question == "who":
        return [Token("who", "PRON", f"{c}subject")]
    if clause.existential:
        return [Token("there", "PRON", f"{c}verb", "part")]
    if clause.passive:
        return (
            [Token("what", "PRON", f"{c}object")]
            if clause.question == "what"
            else _noun_phrase(clause.object, f"{c}object")
        )
    return _noun_phrase(clause.subject, f"{c}subject")


def _core(clause: Clause, c: str, subject: list[Token], plural: bool) -> list[Token]:
    asked_subject = clause.question == "who" or (clause.question == "what" and clause.passive)
    inverted = clause.question is not None and not asked_subject
    chain = _chain(clause, c, plural, inverted)
    middle = _middle(clause, c)
    question = _question_word(clause, c) if inverted else []
    if inverted:
        tokens = [*question, chain[0], *subject, *middle, *chain[1:]]
    elif chain[0].upos == "AUX":
        tokens = [*subject, chain[0], *middle, *chain[1:]]
    else:
        tokens = [*subject, *middle, *chain]
    return tokens + _rest(clause, c)


def _question_word(clause: Clause, c: str) -> list[Token]:
    if clause.question == "what":
        return [Token("what", "PRON", f"{c}object")]
    if clause.question in ("where", "when"):
        return [Token(clause.question, "ADV", f"{c}{'place' if clause.question == 'where' else 'time'}")]
    return []


def _middle(clause: Clause, c: str) -> list[Token]:
    """What follows the finite auxiliary (or precedes the finite verb): negation, then an adverb of frequency."""
    tokens = []
    if clause.negated and not _is_absence(clause):
        tokens.append(Token("not", "PART", f"{c}negation"))
    if clause.time and _is_frequency(clause.time):
        tokens += _time(clause.time, c)
    return tokens


def _rest(clause: Clause, c: str) -> list[Token]:
    """Everything after the verb group, up to embedded clauses."""
    tokens: list[Token] = []
    if clause.existential and clause.subject:
        tokens += _existent(clause, c)
    if clause.quality:
        tokens += _quality(clause, c)
    tokens += _noun_phrase(clause.category, f"{c}category")
    if not clause.passive:
        tokens += _noun_phrase(clause.object, f"{c}object")
    if clause.recipient:
        tokens += [Token("to", "ADP", f"{c}recipient", "adp"), *_noun_phrase(clause.recipient, f"{c}recipient")]
    if clause.passive and not clause.agentless:
        tokens += [Token("by", "ADP", f"{c}subject", "adp"), *_noun_phrase(clause.subject, f"{c}subject")]
    return tokens + _adverbials(clause, c)


def _is_absence(clause: Clause) -> bool:
    """Whether *no* before the noun takes the place of *not* ("there is no dog")."""
    return clause.negated and clause.existential and clause.subject is not None and clause.subject.count is None


def _existent(clause: Clause, c: str) -> list[Token]:
    phrase = _noun_phrase(clause.subject, f"{c}subject")
    if not _is_absence(clause):
        return phrase
    article = 1 if phrase[0].role == "det" else 0
    return [Token("no", "DET", f"{c}negation"), *phrase[article:]]


def _quality(clause: Clause, c: str) -> list[Token]:
    assert clause.quality is not None
    entry, node = _entry(clause.quality), f"{c}quality"
    if clause.than is None:
        return [Token(entry.form, "ADJ", node)]
    if entry.forms:
        compared = [Token(entry.forms[0], "ADJ", node)]
    else:
        compared = [Token("more", "ADV", node, "part"), Token(entry.form, "ADJ", node)]
    return [*compared, Token("than", "ADP", f"{c}than", "adp"), *_noun_phrase(clause.than, f"{c}than")]


def _adverbials(clause: Clause, c: str) -> list[Token]:
    tokens = []
    if clause.manner:
        tokens.append(Token(_entry(Word(clause.manner)).form, "ADV", f"{c}manner"))
    if clause.place:
        tokens.append(Token(_entry(Word(clause.place.preposition)).form, "ADP", f"{c}place", "adp"))
        tokens += _noun_phrase(clause.place.where, f"{c}place.where")
    if clause.time and not _is_frequency(clause.time):
        tokens += _time(clause.time, c)
    return tokens


def _is_frequency(time: str) -> bool:
    return "frequency" in _lexicon()[time][0].flags


_ROLES: dict[str, Role] = {"head": "head", "adp": "adp", "det": "det", "part": "part"}


def _time(time: str, c: str) -> list[Token]:
    pieces = (piece.split(":") for piece in _lexicon()[time][0].form.split())
    return [Token(form, upos, f"{c}time", _ROLES[role]) for form, role, upos in pieces]


# The verb group

_Link = tuple[_Entry, str, Role, str, Form]
"""A verb of the chain: entry, node, role, part of speech and the form that it asks of the next verb."""


def _chain(clause: Clause, c: str, plural: bool, inverted: bool) -> list[Token]:
    links = _links(clause, c)
    if (inverted or clause.negated) and links[0][3] != "AUX":
        links.insert(0, (_DO, f"{c}verb", "aux", "AUX", "base"))
    form: Form = "third" if clause.tense != "past" else "past"
    if clause.imperative:
        form = "base"
    tokens = []
    for entry, node, role, upos, following in links:
        if form == "to":
            tokens.append(Token("to", "PART", f"{c}verb", "part"))
        tokens.append(Token(_verb_form(entry, form, plural), upos, node, role))
        form = following
    return tokens


def _links(clause: Clause, c: str) -> list[_Link]:
    verb, be = f"{c}verb", _entry(Word("be"))
    links: list[_Link] = []
    if clause.tense == "future":
        links.append((_WILL, verb, "aux", "AUX", "base"))
    if clause.modal:
        links.append(_modal(clause, f"{c}modal"))
    main = _entry(clause.verb)
    if clause.time == "now" and not clause.modal and clause.tense == "present" and "stative" not in main.flags:
        links.append((be, verb, "aux", "AUX", "gerund"))
    if clause.passive:
        links.append((be, verb, "aux", "AUX", "participle"))
    links.append((main, verb, "head", "AUX" if clause.verb.concept == "be" else "VERB", "base"))
    return links


def _modal(clause: Clause, node: str) -> _Link:
    if clause.modal == "want":
        return (_entry(Word("want")), node, "head", "VERB", "to")
    if clause.modal == "must" and clause.tense == "past":
        return (_entry(Word("have")), node, "head", "VERB", "to")
    assert clause.modal is not None
    return (_MODALS[clause.modal], node, "head", "AUX", "base")
