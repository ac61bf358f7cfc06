"""Spanish: verb before an asked subject, two verbs *to be*, personal *a*, clitic doubling, moods and tenses.

A clause is subject, predicate (negation, clitic, verbs) and the rest; a time comes first in a main statement,
and a phrase with a relative clause comes last.
"""

from __future__ import annotations

from dataclasses import replace

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import Entry, Setting, entry, fixed_tokens
from xlalign.micro.grammar.shared import Tokens, punctuation, sentence, with_capital
from xlalign.micro.grammar.spanish import forms, phrases
from xlalign.micro.grammar.spanish.phrases import Style
from xlalign.micro.grammar.spanish.verbs import Mood, SpanishClause, quality, verbs
from xlalign.micro.meaning import Clause, NounPhrase, Sentence, Token, Word


def realise(clause: Clause) -> Sentence:
    """Say `clause` in Spanish."""
    tokens = _clause(SpanishClause(clause))
    if not clause.question:
        return sentence("es", tokens, ".")
    first, *others = with_capital(tokens)
    opening = Token("¿", "PUNCT", "punct.open", "punct")
    return Sentence("es", (opening, replace(first, space_before=False), *others, punctuation("?")))


# Clauses


def _clause(frame: SpanishClause) -> Tokens:
    clause, c = frame.clause, frame.path
    tokens = _inverted(frame) if clause.question else _statement(frame)
    if clause.complement:
        tokens += [Token("que", "SCONJ", f"{c}complement", "mark"), *_complement(frame, clause.complement)]
    if clause.subordinate:
        tokens += _subordinate(frame, *clause.subordinate)
    if clause.coordinate:
        tokens += _coordinate(frame, *clause.coordinate)
    return tokens


def _statement(frame: SpanishClause) -> Tokens:
    front = _time(frame) if _time_is_fronted(frame) else []
    if front and frame.verb.has("presents"):
        return [*front, *_predicate(frame), *_subject(frame), *_rest(frame)]
    return [*front, *_subject(frame), *_predicate(frame), *_rest(frame)]


def _subject(frame: SpanishClause) -> Tokens:
    clause, c = frame.clause, frame.path
    if clause.existential or clause.imperative or frame.silent:
        return []
    if clause.passive:
        return _said(clause.object, f"{c}object", _subject_style(frame))
    return _said(clause.subject, f"{c}subject", _subject_style(frame))


def _inverted(frame: SpanishClause) -> Tokens:
    clause = frame.clause
    subject, group, asked = _subject(frame), verbs(frame), _asked(frame)
    frequency = _time(frame) if _frequency(frame) else []
    # The subject follows the verb ("¿Qué compró Ana?"), unless a relative clause makes it too heavy to wait for.
    if clause.question == "polar" and frame.subject and frame.subject.relative:
        return [*subject, *_predicate(frame), *_rest(frame)]
    if clause.question == "polar" and clause.quality and not clause.than:
        rest = [*_quality(frame), *frequency, *subject, *_rest(frame, predicate=False)]
    else:
        rest = [*subject, *frequency, *_rest(frame)]
    if clause.modal:
        finite = next(i for i, token in enumerate(group) if token.node == f"{frame.path}modal")
        return [*asked, *group[: finite + 1], *subject, *group[finite + 1 :], *frequency, *_rest(frame)]
    return [*asked, *group, *rest]


def _asked(frame: SpanishClause) -> Tokens:
    clause, c = frame.clause, frame.path
    if clause.question == "who":
        by = [Token("por", "ADP", f"{c}subject", "adp")] if clause.passive else []
        return [*by, Token("quién", "PRON", f"{c}subject")]
    if clause.question == "what":
        return [Token("qué", "PRON", f"{c}object")]
    if clause.question in ("where", "when"):
        part, word = ("place", "where") if clause.question == "where" else ("time", "when_question")
        form = entry("es", Word(word), Setting(subject=clause.verb.concept)).lemma
        return [Token(form, "ADV", f"{c}{part}")]
    return []


def _complement(frame: SpanishClause, complement: Clause) -> Tokens:
    clause = frame.clause
    # "cree que duerme", but "no cree que duerma" and "espera que duerma".
    doubted = clause.negated and clause.verb.concept in ("believe", "say")
    mood: Mood = "subjunctive" if doubted or clause.verb.concept == "hope" else "indicative"
    return _clause(frame.under(complement, f"{frame.path}complement.", mood=mood, past=clause.tense == "past"))


def _subordinate(frame: SpanishClause, conjunction: str, clause: Clause) -> Tokens:
    node = f"{frame.path}subordinate"
    ahead = frame.clause.tense == "future" or clause.tense == "future"
    mood: Mood = "subjunctive" if conjunction == "when" and ahead else "indicative"
    if clause.tense == "future" and conjunction in ("when", "if"):
        clause = replace(clause, tense="present")
    comma = [punctuation(",", f"{node}.comma")] if conjunction == "although" else []
    mark = Token(_entry(conjunction).lemma, "SCONJ", node, "mark")
    return [*comma, mark, *_clause(frame.under(clause, f"{node}.", mood=mood))]


def _coordinate(frame: SpanishClause, conjunction: str, clause: Clause) -> Tokens:
    node = f"{frame.path}coordinate"
    tokens = _clause(frame.under(clause, f"{node}.", mood=frame.mood, past=frame.past))
    if conjunction == "and":
        return phrases.conjoined(node, tokens)
    return [punctuation(",", f"{node}.comma"), Token(_entry(conjunction).lemma, "CCONJ", node, "conj"), *tokens]


def _relative(phrase: NounPhrase, node: str, mood: Mood = "indicative") -> Tokens:
    assert phrase.relative is not None
    clause, path = phrase.relative.clause, f"{node}.relative"
    marker: Tokens = []
    if phrase.relative.gap == "object" and _takes_a(clause, phrase):
        article = forms.article(forms.gender(entry("es", phrase.noun)), phrases.is_plural(phrase), True)
        marker = [Token("a", "ADP", path, "adp"), Token(article, "DET", path, "det")]
    antecedent = phrase if phrase.relative.gap == "subject" else None
    frame = SpanishClause(clause, f"{path}.", mood, antecedent=antecedent)
    return [*phrases.contracted(marker), Token("que", "PRON", path, "mark"), *_clause(frame)]


# Phrases


def _said(phrase: NounPhrase | None, node: str, style: Style) -> Tokens:
    return phrases.said(phrase, node, style) if phrase else []


def _subject_style(frame: SpanishClause) -> Style:
    be = frame.clause.verb.concept == "be" and not frame.clause.place
    return Style(_relative, indefinite="generic" if be else "some")


def _existent(frame: SpanishClause) -> Tokens:
    negated = frame.clause.negated
    style = Style(_hypothetical if negated else _relative, indefinite="bare", negated=negated)
    return _said(frame.clause.subject, f"{frame.path}subject", style)


def _hypothetical(phrase: NounPhrase, node: str) -> Tokens:
    return _relative(phrase, node, "subjunctive")


def _object(frame: SpanishClause) -> Tokens:
    clause, node = frame.clause, f"{frame.path}object"
    if clause.object is None or clause.passive:
        return []
    personal = _takes_a(clause, clause.object)
    bare = "some" if personal else "bare"
    style = Style(
        _relative,
        (Token("a", "ADP", node, "adp"),) if personal else (),
        repeated=personal,
        indefinite="generic" if frame.verb.has("generic") else bare,
        negated=clause.negated and clause.verb.concept == "have" and not clause.modal,
        setting=Setting(object=clause.verb.concept),
    )
    return _said(clause.object, node, style)


def _takes_a(clause: Clause, phrase: NounPhrase) -> bool:
    """Whether the phrase as an object has personal *a*: people, and animals that are seen as someone."""
    # "ve a Ana", "ve al perro", but "ve la casa"; "tiene un perro" (have: none), and no second *a* beside a recipient.
    scope = entry("es", clause.verb).get("a")
    kind = concepts()[phrase.noun.concept].cls
    if scope == "none" or clause.recipient or kind == "LOC":
        return False
    if scope == "any" or kind in ("person", "PER"):
        return True
    known = phrase.definite or phrase.possessor is not None
    return kind in ("animal", "fish") and (scope == "animate" or (scope == "creature" and known))


def _recipient(frame: SpanishClause) -> Tokens:
    node = f"{frame.path}recipient"
    style = Style(_relative, (Token("a", "ADP", node, "adp"),), repeated=True)
    return _said(frame.clause.recipient, node, style)


def _agent(frame: SpanishClause) -> Tokens:
    clause, node = frame.clause, f"{frame.path}subject"
    if not clause.passive or clause.agentless:
        return []
    return _said(clause.subject, node, Style(_relative, (Token("por", "ADP", node, "adp"),)))


def _quality(frame: SpanishClause) -> Tokens:
    clause, node = frame.clause, f"{frame.path}quality"
    if clause.quality is None:
        return []
    form = forms.adjective(quality(frame), frame.gender, frame.plural)
    tokens = [Token(form, "ADJ", node)]
    if clause.than:
        than = f"{frame.path}than"
        style = Style(_relative, (Token("que", "SCONJ", than, "adp"),), indefinite="generic")
        tokens = [Token("más", "ADV", node, "part"), *tokens, *_said(clause.than, than, style)]
    return tokens


def _category(frame: SpanishClause) -> Tokens:
    phrase, node = frame.clause.category, f"{frame.path}category"
    return phrases.category(phrase, node, frame.gender, frame.plural, Style(_relative)) if phrase else []


def _rest(frame: SpanishClause, predicate: bool = True) -> Tokens:
    """Everything after the verbs and an inverted subject, a phrase with a relative clause last."""
    clause = frame.clause
    late_time = _time(frame) if not (_frequency(frame) or _time_is_fronted(frame)) else []
    parts = [
        (clause.subject if clause.existential else None, _existent(frame) if clause.existential else []),
        (clause.than, _quality(frame) if predicate else []),
        (clause.category, _category(frame)),
        (clause.object, _object(frame)),
        (clause.recipient, _recipient(frame)),
        (clause.subject, _agent(frame)),
        (None, _manner(frame)),
        (clause.place.where if clause.place else None, _place(frame)),
        (None, late_time),
    ]
    # False sorts before True and the sort is stable, so only the phrases with a relative clause move, to the end:
    # "Ana vio en el mercado al hombre que vende pan".
    parts.sort(key=lambda part: part[0] is not None and part[0].relative is not None)
    return [token for _, tokens in parts for token in tokens]


# Adverbials


def _entry(concept: str) -> Entry:
    return entry("es", Word(concept))


def _time(frame: SpanishClause) -> Tokens:
    return fixed_tokens(_entry(frame.clause.time), f"{frame.path}time") if frame.clause.time else []


def _manner(frame: SpanishClause) -> Tokens:
    return fixed_tokens(_entry(frame.clause.manner), f"{frame.path}manner") if frame.clause.manner else []


def _place(frame: SpanishClause) -> Tokens:
    place, node = frame.clause.place, f"{frame.path}place"
    if place is None:
        return []
    setting = Setting(subject=frame.clause.verb.concept, object=place.where.noun.concept)
    preposition = entry("es", Word(place.preposition), setting)
    words = tuple(fixed_tokens(preposition, node))
    return phrases.said(place.where, f"{node}.where", Style(_relative, words))


def _frequency(frame: SpanishClause) -> str:
    """Where an adverb of frequency stands to the negation ("" for other times)."""
    return _entry(frame.clause.time).get("frequency") if frame.clause.time else ""


def _time_is_fronted(frame: SpanishClause) -> bool:
    clause = frame.clause
    return bool(clause.time) and not (frame.path or clause.question or clause.imperative or _frequency(frame))


def _predicate(frame: SpanishClause) -> Tokens:
    """The verbs with what stands before them; *siempre*, *a menudo* and *a veces* each have their place."""
    frequency, group, negated = _frequency(frame), verbs(frame), frame.clause.negated
    if not frequency:
        return group
    time = _time(frame)
    if not negated or frequency == "outer":
        return [*time, *group]
    return [group[0], *time, *group[1:]] if frequency == "inner" else [*group, *time]
