"""Hindi: verb last, postpositions, ergative subjects, correlative clauses.

A clause is subject, time, place, recipient, object, manner, question word, verb. A relative clause on a definite
subject comes first and is taken up by वह, one on an indefinite subject follows it, any other one follows the verb.
"""

from __future__ import annotations

from dataclasses import replace

from xlalign.micro.grammar.hindi import forms, phrases, verbs
from xlalign.micro.grammar.hindi.phrases import Marking
from xlalign.micro.grammar.hindi.verbs import HindiClause
from xlalign.micro.grammar.lexicon import Entry, Setting, entry, fixed_tokens
from xlalign.micro.grammar.shared import Tokens, is_indefinite, punctuation, sentence
from xlalign.micro.meaning import Clause, NounPhrase, Role, Sentence, Token, Word


def realise(clause: Clause) -> Sentence:
    """Say `clause` in Hindi."""
    return sentence("hi", _clause(HindiClause(clause)), "?" if clause.question else "।")


# Clauses


def _clause(frame: HindiClause) -> Tokens:
    clause, c = frame.clause, frame.path
    before: Tokens = []
    after: Tokens = []
    if clause.subordinate and clause.subordinate[0] != "because":
        before = _subordinate_first(frame, *clause.subordinate)
        frame = replace(frame, known=clause.subordinate[1].subject == clause.subject)
    elif clause.subordinate:
        after = _subordinate_last(frame, *clause.subordinate)
    polar = [Token("क्या", "PART", "question", "mark")] if clause.question == "polar" else []
    tokens = [*before, *polar, *_core(frame), *_extraposed(frame)]
    if clause.complement:
        complement = _clause(_under(frame, clause.complement, f"{c}complement."))
        tokens += [Token("कि", "SCONJ", f"{c}complement", "mark"), *complement]
    tokens += after
    if clause.coordinate:
        tokens += _coordinate(frame, *clause.coordinate)
    return tokens


def _under(frame: HindiClause, clause: Clause, path: str) -> HindiClause:
    return HindiClause(clause, path, known=clause.subject is not None and clause.subject == frame.clause.subject)


def _subordinate_first(frame: HindiClause, conjunction: str, clause: Clause) -> Tokens:
    """अगर ..., तो"""
    node = f"{frame.path}subordinate"
    mark = entry("hi", Word(conjunction))
    words = (word.split("/") for word in mark.get("then").split(","))
    then = [Token(form, upos, node, "part") for form, upos, *_ in words]
    first = Token(mark.lemma, "SCONJ", node, "mark")
    return [first, *_clause(HindiClause(clause, f"{node}.")), punctuation(",", f"{node}.comma"), *then]


def _subordinate_last(frame: HindiClause, conjunction: str, clause: Clause) -> Tokens:
    node = f"{frame.path}subordinate"
    return [Token(_entry(conjunction).lemma, "SCONJ", node, "mark"), *_clause(_under(frame, clause, f"{node}."))]


def _coordinate(frame: HindiClause, conjunction: str, clause: Clause) -> Tokens:
    node = f"{frame.path}coordinate"
    comma = [punctuation(",", f"{node}.comma")] if conjunction == "but" else []
    mark = Token(_entry(conjunction).lemma, "CCONJ", node, "conj")
    return [*comma, mark, *_clause(_under(frame, clause, f"{node}."))]


def _core(frame: HindiClause) -> Tokens:
    """The clause without what is embedded in it."""
    clause = frame.clause
    # subject | time place recipient | object | question word | manner | predicate | verbs:
    # "अन्ना ने कल बाज़ार में रोटी खरीदी". A governed object (की मदद) stays beside the noun of its compound verb.
    subject, object_, manner, asked = _subject(frame), _object(frame), _manner(frame), _asked(frame)
    governed = verbs.object_marker(frame) in ("का", "से")
    if clause.question == "who" and (frame.verb.has("have") or (not governed and is_indefinite(clause.object))):
        subject, asked = asked, []
    where = [*_time(frame), *_place(frame)]
    if clause.existential:
        opening = [*where, *subject]
    elif frame.passive:
        agent = _agent(frame)
        opening = [*_time(frame), *agent, *_place(frame), *subject] if governed else [*subject, *where, *agent]
    else:
        opening = [*subject, *where, *_recipient(frame)]
    if frame.gap == "object":
        opening, object_ = [*object_, *opening], []
    passive_recipient = _recipient(frame) if frame.passive else []
    if governed:
        return [*opening, *passive_recipient, *manner, *object_, *verbs.verbs(frame, asked)]
    return [*opening, *passive_recipient, *object_, *asked, *manner, *_predicate(frame), *verbs.verbs(frame)]


def _predicate(frame: HindiClause) -> Tokens:
    return [*_than(frame), *_quality(frame), *_category(frame)]


# Relative clauses


def _extraposed(frame: HindiClause) -> Tokens:
    """The relative clauses that follow the verb."""
    clause, c = frame.clause, frame.path
    promoted = "object" if frame.passive else "subject"
    parts = {
        "subject": clause.subject,
        "object": clause.object,
        "recipient": clause.recipient,
        "than": clause.than,
        "category": clause.category,
        "place.where": clause.place.where if clause.place else None,
    }
    tokens: Tokens = []
    for part, phrase in parts.items():
        unsaid = part == "subject" and clause.passive and clause.agentless
        said_before = part == promoted and not clause.existential
        if phrase and phrase.relative and not (said_before or unsaid):
            tokens += _relative(phrase, f"{c}{part}", inside=False)
    return tokens


def _is_correlative(phrase: NounPhrase) -> bool:
    return phrase.relative is not None and phrase.definite and phrase.conjunct is None


def _relative(phrase: NounPhrase, node: str, *, inside: bool) -> Tokens:
    assert phrase.relative is not None
    return _clause(HindiClause(phrase.relative.clause, f"{node}.relative.", phrase, phrase.relative.gap, inside))


def _gap(frame: HindiClause, marker: str) -> Tokens:
    """The relative pronoun, with the noun itself where the clause comes first."""
    assert frame.antecedent is not None
    # First:  "जो कुत्ता सोता है, वह ..."  the noun stands inside the relative clause, वह takes it up outside.
    # After:  "एक कुत्ता, जो सोता है, ..."  the pronoun stands alone.
    marking = Marking(marker, verbs.preverb(frame), pronoun="जो")
    mark = frame.path.removesuffix(".")
    if frame.inside:
        tokens = phrases.said(frame.antecedent, mark.removesuffix(".relative"), replace(marking, marker=marker))
        return [replace(t, node=mark) if t.role == "adp" and t.node + ".relative" == mark else t for t in tokens]
    return _pronoun("जो", frame.antecedent, marking, mark, "mark")


def _pronoun(word: str, phrase: NounPhrase | None, marking: Marking, node: str, role: Role) -> Tokens:
    plural = phrase is not None and phrases.agreement(phrase).plural
    first, *rest = forms.pronoun(word, plural, marking.marker, marking.possessed)
    return [
        Token(first, "PRON", node, role),
        *(Token(form, "ADP", node if role == "mark" else node.removesuffix(".relative"), "adp") for form in rest),
    ]


# Phrases


def _some(frame: HindiClause) -> str:
    """The word for an indefinite one: कोई where it may not exist."""
    clause = frame.clause
    possible = clause.existential or clause.verb.concept == "have"
    return "कोई" if clause.negated or (clause.question == "polar" and possible) else "एक"


def _some_subject(frame: HindiClause) -> str:
    if frame.clause.category:
        return ""
    return _some(frame) if frame.clause.existential else "एक"


def _said(frame: HindiClause, phrase: NounPhrase | None, part: str, marker: str = "", some: str = "एक") -> Tokens:
    if phrase is None:
        return []
    pronoun = "वह" if phrase.definite else ""
    return phrases.said(phrase, f"{frame.path}{part}", Marking(marker, verbs.preverb(frame), pronoun, some))


def _subject(frame: HindiClause) -> Tokens:
    clause, part = frame.clause, "object" if frame.passive else "subject"
    phrase, marker = clause.object if frame.passive else clause.subject, verbs.subject_marker(frame)
    if clause.imperative or (clause.passive and clause.agentless and not frame.passive):
        return []
    if frame.gap == "subject":
        return _gap(frame, marker)
    if phrase is None:
        return []
    node = f"{frame.path}{part}"
    marking = Marking(marker, verbs.preverb(frame))
    if frame.known:
        return _pronoun("वह", phrase, marking, node, "head")
    if _is_correlative(phrase):
        comma = punctuation(",", f"{node}.relative.comma")
        again = _pronoun("वह", phrase, marking, f"{node}.relative", "det")
        return [*_relative(phrase, node, inside=True), comma, *again]
    tokens = _said(frame, phrase, part, marker, _some_subject(frame))
    return [*tokens, *_inserted(phrase, node)] if phrase.relative and not clause.existential else tokens


def _inserted(phrase: NounPhrase, node: str) -> Tokens:
    """The relative clause of an indefinite subject, between commas."""
    comma = punctuation(",", f"{node}.relative.comma")
    return [comma, *_relative(phrase, node, inside=False), comma]


def _object(frame: HindiClause) -> Tokens:
    clause, marker = frame.clause, verbs.object_marker(frame)
    if frame.gap == "object":
        return _gap(frame, marker)
    if clause.question == "what":
        return _pronoun("क्या", None, Marking(marker, verbs.preverb(frame)), f"{frame.path}object", "head")
    some = "" if _is_bare_plural(clause.object) else _some(frame)
    return [] if frame.passive else _said(frame, clause.object, "object", marker, some)


def _is_bare_plural(phrase: NounPhrase | None) -> bool:
    return phrase is not None and phrase.plural and phrase.conjunct is None


def _recipient(frame: HindiClause) -> Tokens:
    return _said(frame, frame.clause.recipient, "recipient", "को")


def _agent(frame: HindiClause) -> Tokens:
    clause = frame.clause
    return [] if clause.agentless else _said(frame, clause.subject, "subject", "द्वारा")


def _asked(frame: HindiClause) -> Tokens:
    clause, c = frame.clause, frame.path
    if clause.question == "who":
        marker = "के द्वारा" if frame.passive else verbs.subject_marker(frame)
        return _pronoun("कौन", None, Marking(marker), f"{c}subject", "head")
    if clause.question in ("where", "when"):
        form, part = ("कहाँ", "place") if clause.question == "where" else ("कब", "time")
        return [Token(form, "ADV", f"{c}{part}")]
    return []


def _than(frame: HindiClause) -> Tokens:
    return _said(frame, frame.clause.than, "than", "से")


def _quality(frame: HindiClause) -> Tokens:
    clause, node = frame.clause, f"{frame.path}quality"
    if clause.quality is None:
        return []
    subject = frame.subject
    adjective = entry("hi", clause.quality, Setting(subject=subject.noun.concept if subject else None))
    seen = phrases.agreement(subject) if subject else forms.DEFAULT
    more = clause.than is not None and not adjective.has("plain")
    tokens = [Token("ज़्यादा", "ADV", node, "part")] if more else []
    return [*tokens, Token(forms.adjective(adjective, seen), "ADJ", node)]


def _category(frame: HindiClause) -> Tokens:
    phrase, subject = frame.clause.category, frame.subject
    if phrase is None:
        return []
    seen = phrases.agreement(subject) if subject else forms.DEFAULT
    some = "" if frame.clause.negated else "एक"
    return phrases.category(phrase, f"{frame.path}category", seen, some)


# Adverbials


def _entry(concept: str) -> Entry:
    return entry("hi", Word(concept))


def _time(frame: HindiClause) -> Tokens:
    return fixed_tokens(_entry(frame.clause.time), f"{frame.path}time") if frame.clause.time else []


def _manner(frame: HindiClause) -> Tokens:
    clause = frame.clause
    if clause.manner is None:
        return []
    manner = entry("hi", Word(clause.manner), Setting(object=clause.verb.concept))
    return fixed_tokens(manner, f"{frame.path}manner")


def _place(frame: HindiClause) -> Tokens:
    place = frame.clause.place
    if place is None:
        return []
    setting = Setting(subject=frame.clause.verb.concept)
    words = fixed_tokens(entry("hi", Word(place.preposition), setting), f"{frame.path}place")
    where = _said(frame, place.where, "place.where", " ".join(token.form for token in words), _some(frame))
    return [*where[: len(where) - len(words)], *words]
