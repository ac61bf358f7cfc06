"""German: verb second in main clauses, verb last in embedded ones, with the verbs as a bracket around the rest.

A clause is cut into pieces (subject, time, objects, negation ...) that stand in a fixed order between the two
halves of the verbal bracket; a main clause moves one piece in front of the finite verb. Past events are told in
the preterite. A definite time opens the sentence, which puts the subject behind the verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from xlalign.micro.grammar.german import forms
from xlalign.micro.grammar.german.forms import Case
from xlalign.micro.grammar.german.phrases import GermanPhrases, sex
from xlalign.micro.grammar.german.verbs import GermanClause, part_of, verb_bracket
from xlalign.micro.grammar.lexicon import entry, fixed_tokens
from xlalign.micro.grammar.shared import (
    Tokens,
    is_indefinite,
    is_name,
    punctuation,
    sentence,
    with_gap_filled,
    with_single_commas,
)
from xlalign.micro.meaning import Clause, NounPhrase, Place, Sentence, Token, Word


def realise(clause: Clause) -> Sentence:
    """Say `clause` in German."""
    mark = "?" if clause.question else "!" if clause.imperative else "."
    return sentence("de", with_single_commas(_main(clause, "")), mark)


# Clauses


def _main(clause: Clause, path: str) -> Tokens:
    part = part_of(clause, path)
    # front | finite | middle field | bracket:  "Morgen | wird | der Mann das Auto | waschen".
    # One piece moves to the front, the rest keeps its order, so a fronted time leaves the subject behind the verb.
    finite, bracket = verb_bracket(part, final=False)
    pieces = _pieces(part)
    name = _front(clause)
    front = pieces.pop(name, [])
    es = [Token("es", "PRON", part.node("verb"), "part")] if clause.existential else []
    return [*front, finite, *es, *_bracketed(pieces, bracket), *_tail(part)]


def _final(part: GermanClause) -> Tokens:
    finite, bracket = verb_bracket(part, final=True)
    pieces = _pieces(part)
    pieces.pop(part.gap, None)
    es = [Token("es", "PRON", part.node("verb"), "part")] if part.clause.existential else []
    return [*es, *_bracketed(pieces, [*bracket, finite]), *_tail(part)]


def _bracketed(pieces: Mapping[str, Tokens], bracket: Tokens) -> Tokens:
    """The middle field and the right bracket; a relative clause that would part them stands behind."""
    # "Die Frau kann den Brief lesen, den der Bruder schrieb": the bracket closes before the relative clause, because
    # "... den Brief, den der Bruder schrieb, lesen" parts the verbs by a whole clause.
    if not bracket or not pieces:
        return [*(token for piece in pieces.values() for token in piece), *bracket]
    *others, last = pieces.values()
    cut = next((i for i, token in enumerate(last) if token.node.endswith(".relative.comma")), len(last))
    if not all(".relative" in token.node for token in last[cut:]):
        cut = len(last)
    return [*(token for piece in others for token in piece), *last[:cut], *bracket, *last[cut:]]


def _front(clause: Clause) -> str:
    asked = {"who": "subject", "what": "object", "where": "place", "when": "time"}
    if clause.question in asked:
        return asked[clause.question]
    if clause.question or clause.imperative:
        return ""
    if clause.existential:
        return "place"
    if clause.time and not clause.coordinate and entry("de", Word(clause.time)).has("front"):
        return "time"
    return "object" if clause.passive else "subject"


def _tail(part: GermanClause) -> Tokens:
    clause, tokens = part.clause, Tokens()
    if clause.than is not None:
        node = part.node("than")
        tokens += [Token("als", "ADP", node, "adp"), *_phrases.phrase(clause.than, node, "nom")]
    if clause.complement is not None:
        node = part.node("complement")
        tokens += _embedded("dass", node, clause.complement)
    if clause.subordinate is not None:
        concept, inner = clause.subordinate
        tokens += _subordinate(concept, inner, part.node("subordinate"))
    if clause.coordinate is not None:
        concept, inner = clause.coordinate
        node = part.node("coordinate")
        comma = [punctuation(",", f"{node}.comma")] if concept == "but" else []
        word = Token(entry("de", Word(concept)).lemma, "CCONJ", node, "conj")
        tokens += [*comma, word, *_main(inner, f"{node}.")]
    return tokens


def _subordinate(concept: str, clause: Clause, node: str) -> Tokens:
    if concept == "when" and clause.tense == "past":
        concept = "when_past"
    if concept in {"when", "if"} and clause.tense == "future":
        clause = replace(clause, tense="present")
    return _embedded(entry("de", Word(concept, clause.verb.variant)).lemma, node, clause)


def _embedded(mark: str, node: str, clause: Clause) -> Tokens:
    comma = punctuation(",", f"{node}.comma")
    return [comma, Token(mark, "SCONJ", node, "mark"), *_final(part_of(clause, f"{node}.")), comma]


def _relative(phrase: NounPhrase, node: str) -> Tokens:
    clause, name, filler = with_gap_filled(phrase)
    part = part_of(clause, f"{node}.", name)
    gender = "p" if filler.plural else forms.gender_of(entry("de", phrase.noun))
    form = forms.relative("nom" if name == "subject" else part.object_case, gender)
    comma = punctuation(",", f"{node}.comma")
    return [comma, Token(form, "PRON", node, "mark"), *_final(part), comma]


_phrases = GermanPhrases(_relative)


# Pieces


def _pieces(part: GermanClause) -> dict[str, Tokens]:
    """What is said besides verbs, in the order of the middle field."""
    said = {name: tokens for name, tokens in _unordered(part).items() if tokens}
    return {name: said[name] for name in _order(part.clause) if name in said}


def _order(clause: Clause) -> tuple[str, ...]:
    promoted, agent = ("object", "subject") if clause.passive else ("subject", "")
    early: list[str] = [promoted]
    late: list[str] = []
    for name, phrase in (("recipient", clause.recipient), ("object", clause.object)):
        if name != promoted:
            (late if is_indefinite(phrase) else early).append(name)
    tail = ["negation", agent, "manner", "place", *late, "predicate"]
    if _frequency(clause) and clause.negated:
        return (*early, "negation", "time", *tail[1:])
    if clause.existential:
        return ("time", "place", "subject")
    # Known objects stand early, new ones late: "Sie gibt heute dem Kind ein Buch", but a name or a manner pulls the
    # time behind the known ones: "Sie sieht Anna heute".
    named = any(phrase is not None and is_name(phrase) for phrase in (clause.recipient, clause.object))
    if clause.manner or (named and not clause.passive):
        return (*early, "time", *tail)
    return (promoted, "time", *early[1:], *tail)


def _frequency(clause: Clause) -> bool:
    return clause.time is not None and entry("de", Word(clause.time)).has("frequency")


def _carrier(clause: Clause) -> str:
    """Which piece carries the negation: a phrase with *kein*, or the particle *nicht*."""
    if not clause.negated:
        return ""
    # "es gibt keinen Hund"; "nicht oft", "nicht schnell"; "ist kein Lehrer"; "kauft kein Brot"; else plain "nicht".
    if clause.existential:
        return "subject"
    if _frequency(clause) or clause.manner:
        return "negation"
    if clause.category is not None:
        return "predicate"
    if is_indefinite(clause.object) and not clause.passive:
        return "object"
    return "recipient" if is_indefinite(clause.recipient) else "negation"


def _unordered(part: GermanClause) -> Mapping[str, Tokens]:
    clause, carrier = part.clause, _carrier(part.clause)
    kein = {carrier: part.node("negation")}
    nicht = [Token("nicht", "PART", part.node("negation"))]
    return {
        "subject": _subject(part, kein.get("subject", "")),
        "object": _object(part, kein.get("object", "")),
        "recipient": _argument(part, "recipient", "dat", kein.get("recipient", "")),
        "negation": nicht if carrier == "negation" else [],
        "time": _time(part),
        "manner": [Token(entry("de", Word(clause.manner)).lemma, "ADV", part.node("manner"))] if clause.manner else [],
        "place": _place(part),
        "predicate": _predicate(part, kein.get("predicate", "")),
    }


def _argument(part: GermanClause, name: str, case: Case, kein: str = "") -> Tokens:
    phrase = cast("NounPhrase | None", getattr(part.clause, name))
    return _phrases.phrase(phrase, part.node(name), case, kein=kein) if phrase else []


def _subject(part: GermanClause, kein: str) -> Tokens:
    clause, node = part.clause, part.node("subject")
    if clause.imperative or (clause.passive and clause.agentless):
        return []
    if clause.question == "who":
        asked = [Token("wem" if clause.passive else "wer", "PRON", node)]
        return [Token("von", "ADP", node, "adp"), *asked] if clause.passive else asked
    if clause.passive and clause.subject is not None:
        return _phrases.after("von", node, clause.subject, node)
    return _argument(part, "subject", "acc" if clause.existential else "nom", kein)


def _object(part: GermanClause, kein: str) -> Tokens:
    case = part.object_case
    if part.clause.passive and case == "acc":
        case = "nom"
    if part.clause.question == "what":
        return [Token("wem" if case == "dat" else "was", "PRON", part.node("object"))]
    return _argument(part, "object", case, kein)


def _time(part: GermanClause) -> Tokens:
    node = part.node("time")
    if part.clause.question == "when":
        return [Token("wann", "ADV", node)]
    if part.clause.time is None:
        return []
    return fixed_tokens(entry("de", Word(part.clause.time)), node)


def _place(part: GermanClause) -> Tokens:
    node, place = part.node("place"), part.clause.place
    if part.clause.question == "where":
        return [Token("wo", "ADV", node)]
    if place is None:
        return []
    if place.preposition == "near":
        return _phrases.near(node, place.where, f"{node}.where")
    return _phrases.after(_preposition(place), node, place.where, f"{node}.where")


def _preposition(place: Place) -> str:
    own = entry("de", place.where.noun).get(place.preposition)
    return own or entry("de", Word(place.preposition)).lemma


def _predicate(part: GermanClause, kein: str) -> Tokens:
    clause = part.clause
    if clause.quality is not None:
        quality = entry("de", clause.quality, part.setting)
        form = forms.comparative(quality) if clause.than else quality.lemma
        return [Token(form, "ADJ", part.node("quality"))]
    if clause.category is None:
        return []
    category, gender = clause.category, sex(clause.subject)
    head = entry("de", category.noun)
    head = forms.of_gender(head, gender) if gender else head
    bare = head.has("job") and not category.adjectives and category.relative is None
    return _phrases.described(category, head, part.node("category"), "nom", kein=kein, bare=bare)
