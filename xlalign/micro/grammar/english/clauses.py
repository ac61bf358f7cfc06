"""English: fixed order, articles, do-support, auxiliaries.

A clause is subject, verb group, objects and adverbials. The verb group is a chain (will, want, be, eat) in which
every verb sets the form of the next; the first one is finite and carries negation and inversion.
"""

from __future__ import annotations

from dataclasses import replace

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.english.phrases import EnglishPhrases
from xlalign.micro.grammar.english.verbs import verb_chain
from xlalign.micro.grammar.lexicon import entry, fixed_tokens
from xlalign.micro.grammar.shared import Tokens, is_plural, sentence
from xlalign.micro.meaning import Clause, NounPhrase, Sentence, Token, Word


def realise(clause: Clause) -> Sentence:
    """Say `clause` in English."""
    return sentence("en", _clause(clause, ""), "?" if clause.question else ".")


# Clauses


def _clause(clause: Clause, c: str, antecedent_plural: bool = False) -> Tokens:
    """A clause under the node prefix `c`; without a subject (relative clause) it agrees with the antecedent."""
    subject = clause.object if clause.passive else clause.subject
    plural = is_plural(subject) if subject else antecedent_plural
    tokens = _core(clause, c, _subject(clause, c), plural)
    if clause.complement:
        tokens.append(Token("that", "SCONJ", f"{c}complement", "mark"))
        tokens += _clause(clause.complement, f"{c}complement.")
    if clause.subordinate:
        tokens.append(Token(entry("en", Word(clause.subordinate[0])).lemma, "SCONJ", f"{c}subordinate", "mark"))
        tokens += _clause(_conditioned(*clause.subordinate), f"{c}subordinate.")
    if clause.coordinate:
        tokens.append(Token(entry("en", Word(clause.coordinate[0])).lemma, "CCONJ", f"{c}coordinate", "conj"))
        tokens += _clause(clause.coordinate[1], f"{c}coordinate.")
    return tokens


def _conditioned(conjunction: str, clause: Clause) -> Clause:
    """English puts the future after *if* and *when* into the present."""
    future = conjunction in ("if", "when") and clause.tense == "future"
    return replace(clause, tense="present") if future else clause


def _subject(clause: Clause, c: str) -> Tokens:
    if clause.imperative:
        return []
    if clause.question == "who":
        return [Token("who", "PRON", f"{c}subject")]
    if clause.existential:
        return [Token("there", "PRON", f"{c}verb", "part")]
    if clause.passive:
        return (
            [Token("what", "PRON", f"{c}object")] if clause.question == "what" else _said(clause.object, f"{c}object")
        )
    return _said(clause.subject, f"{c}subject")


def _core(clause: Clause, c: str, subject: Tokens, plural: bool) -> Tokens:
    asked_subject = clause.question == "who" or (clause.question == "what" and clause.passive)
    inverted = clause.question is not None and not asked_subject
    chain = verb_chain(clause, c, plural, inverted)
    middle = _middle(clause, c)
    question = _question_word(clause, c) if inverted else []
    # inverted: "where" did | Anna | often | buy ...; with an auxiliary: Anna | has | not often | bought ...;
    # without one the adverb goes first: Anna | often | buys ...
    if inverted:
        tokens = [*question, chain[0], *subject, *middle, *chain[1:]]
    elif chain[0].upos == "AUX":
        tokens = [*subject, chain[0], *middle, *chain[1:]]
    else:
        tokens = [*subject, *middle, *chain]
    return tokens + _rest(clause, c)


def _question_word(clause: Clause, c: str) -> Tokens:
    if clause.question == "what":
        return [Token("what", "PRON", f"{c}object")]
    if clause.question in ("where", "when"):
        return [Token(clause.question, "ADV", f"{c}{'place' if clause.question == 'where' else 'time'}")]
    return []


def _middle(clause: Clause, c: str) -> Tokens:
    """What follows the finite auxiliary (or precedes the finite verb): negation, then an adverb of frequency."""
    tokens = []
    if clause.negated and not _is_absence(clause):
        tokens.append(Token("not", "PART", f"{c}negation"))
    if clause.time and _is_frequency(clause.time):
        tokens += _time(clause.time, c)
    return tokens


def _rest(clause: Clause, c: str) -> Tokens:
    """Everything after the verb group, up to embedded clauses."""
    tokens: Tokens = []
    if clause.existential and clause.subject:
        tokens += _existent(clause, c)
    if clause.quality:
        tokens += _quality(clause, c)
    tokens += _said(clause.category, f"{c}category")
    if not clause.passive:
        tokens += _said(clause.object, f"{c}object")
    if clause.recipient:
        tokens += [Token("to", "ADP", f"{c}recipient", "adp"), *_said(clause.recipient, f"{c}recipient")]
    if clause.passive and not clause.agentless:
        tokens += [Token("by", "ADP", f"{c}subject", "adp"), *_said(clause.subject, f"{c}subject")]
    return tokens + _adverbials(clause, c)


def _is_absence(clause: Clause) -> bool:
    """Whether *no* before the noun takes the place of *not* ("there is no dog")."""
    return clause.negated and clause.existential and clause.subject is not None and clause.subject.count is None


def _existent(clause: Clause, c: str) -> Tokens:
    phrase = _said(clause.subject, f"{c}subject")
    if not _is_absence(clause):
        return phrase
    article = 1 if phrase[0].role == "det" else 0
    return [Token("no", "DET", f"{c}negation"), *phrase[article:]]


def _quality(clause: Clause, c: str) -> Tokens:
    assert clause.quality is not None
    quality, node = entry("en", clause.quality), f"{c}quality"
    if clause.than is None:
        return [Token(quality.lemma, "ADJ", node)]
    if quality.has("comp"):
        compared = [Token(quality.get("comp"), "ADJ", node)]
    else:
        compared = [Token("more", "ADV", node, "part"), Token(quality.lemma, "ADJ", node)]
    return [*compared, Token("than", "ADP", f"{c}than", "adp"), *_said(clause.than, f"{c}than")]


def _adverbials(clause: Clause, c: str) -> Tokens:
    tokens = []
    if clause.manner:
        tokens.append(Token(entry("en", Word(clause.manner)).lemma, "ADV", f"{c}manner"))
    if clause.place:
        tokens.append(Token(entry("en", Word(clause.place.preposition)).lemma, "ADP", f"{c}place", "adp"))
        tokens += _said(clause.place.where, f"{c}place.where")
    if clause.time and not _is_frequency(clause.time):
        tokens += _time(clause.time, c)
    return tokens


def _is_frequency(time: str) -> bool:
    return entry("en", Word(time)).has("frequency")


def _time(time: str, c: str) -> Tokens:
    return fixed_tokens(entry("en", Word(time)), f"{c}time")


def _relative(phrase: NounPhrase, node: str) -> Tokens:
    assert phrase.relative is not None
    person = concepts()[phrase.noun.concept].cls == "person"
    pronoun = "who" if person and phrase.relative.gap == "subject" else "that"
    mark = Token(pronoun, "PRON", node, "mark")
    return [mark, *_clause(phrase.relative.clause, f"{node}.", antecedent_plural=is_plural(phrase))]


_said = EnglishPhrases(_relative).phrase
