"""Russian: free order led by what is known, six cases, two aspects, and no copula in the present.

Every clause is one of a few constructions (who has something *by* whom there is something, what is needed *to*
whom it is needed, absence takes the genitive ...). A construction gives each argument a case, says what the verb
agrees with and orders the pieces; questions and relative clauses then move or drop one piece. Past and future
events are perfective, states and the present imperfective.
"""

from __future__ import annotations

from dataclasses import replace

from xlalign.micro.grammar.lexicon import entry, fixed_tokens
from xlalign.micro.grammar.russian import declension
from xlalign.micro.grammar.russian.constructions import RussianClause, is_frequency, part_of
from xlalign.micro.grammar.russian.declension import Case
from xlalign.micro.grammar.russian.phrases import RussianPhrases, of_sex, sex
from xlalign.micro.grammar.russian.verbs import predicate_verbs
from xlalign.micro.grammar.shared import (
    Tokens,
    is_indefinite,
    punctuation,
    sentence,
    with_gap_filled,
    with_single_commas,
)
from xlalign.micro.meaning import Clause, NounPhrase, Sentence, Token, Word

_WHO: dict[Case, str] = {"nom": "кто", "gen": "кого", "dat": "кому", "acc": "кого", "ins": "кем", "pre": "ком"}
_WHAT: dict[Case, str] = {"nom": "что", "gen": "чего", "dat": "кому", "acc": "что", "ins": "кем", "pre": "чём"}
_ASKED = {"who": "subject", "what": "object", "where": "place", "when": "time"}
_ORDER = {
    "plain": "subject time verbs recipient object late predicate manner place",
    "passive": "object time verbs recipient late subject manner place",
    "inverted": "object time verbs subject recipient late manner place",
    "have": "subject time verbs object place",
    "need": "subject time verbs object place",
    "exist": "place time verbs subject",
    "absence": "subject time verbs place",
}


def realise(clause: Clause) -> Sentence:
    """Say `clause` in Russian."""
    return sentence("ru", with_single_commas(_clause(part_of(clause, ""))), "?" if clause.question else ".")


def _clause(part: RussianClause) -> Tokens:
    pieces = _pieces(part)
    names = [name for name in _order(part) if name != part.gap]
    return [token for name in names for token in pieces[name]] + _tail(part)


def _order(part: RussianClause) -> list[str]:
    """The names of the pieces as they are said."""
    clause = part.clause
    inverted = part.construction == "need" and clause.passive
    names = _ORDER["inverted" if inverted else part.construction].split()
    asked = _ASKED.get(clause.question or "", "")
    if _verb_before_subject(part, asked):
        names.remove("subject")
        names.insert(names.index("verbs") + 1, "subject")
    if asked:
        names.remove(asked)
        names.insert(0, asked)
    elif _time_opens(part):
        names.remove("time")
        names.insert(0, "time")
    return names


def _verb_before_subject(part: RussianClause, asked: str) -> bool:
    if part.construction not in {"plain", "have", "need"} or part.clause.category or part.clause.quality:
        return False
    asks_circumstance = asked in {"place", "time"} and part.clause.object is None
    return asked == "object" or part.gap == "object" or asks_circumstance


def _time_opens(part: RussianClause) -> bool:
    clause = part.clause
    usual = clause.time is not None and not entry("ru", Word(clause.time)).has("adverb")
    addressed = clause.question is not None or clause.imperative
    return usual and not (part.path or addressed or clause.coordinate or is_frequency(clause))


# Pieces


def _pieces(part: RussianClause) -> dict[str, Tokens]:
    clause = part.clause
    objects = _argument(part, "object")
    late = is_indefinite(clause.recipient) and not is_indefinite(clause.object)
    recipient = _phrase(part, clause.recipient, "recipient", "dat")
    # "Он быстро ест", but "Не ешь быстро": a command or a denial puts the stress on the manner, at the end.
    early_manner = not (clause.negated or clause.imperative)
    manner = _manner(part)
    return {
        "subject": _argument(part, "subject"),
        "time": _time(part),
        "verbs": predicate_verbs(part, manner if early_manner else []),
        "recipient": [] if late else recipient,
        "object": objects,
        "late": recipient if late else [],
        "predicate": _predicate(part),
        "manner": [] if early_manner else manner,
        "place": _place(part),
    }


def _phrase(part: RussianClause, phrase: NounPhrase | None, name: str, case: Case) -> Tokens:
    return _phrases.phrase(phrase, part.node(name), case) if phrase else []


def _argument(part: RussianClause, name: str) -> Tokens:
    """Subject or object, in the case and with the preposition that the construction asks for."""
    clause, node = part.clause, part.node(name)
    if name == "subject" and (clause.imperative or (clause.passive and clause.agentless)):
        return []
    preposition, case = part.government(name)
    before = [Token(preposition, "ADP", node, "adp")] if preposition else []
    if _ASKED.get(clause.question or "") == name:
        asked = _WHO[case] if name == "subject" else _WHAT[case]
        return [*before, Token(asked, "PRON", node)]
    said = _phrase(part, clause.subject if name == "subject" else clause.object, name, case)
    return [*before, *said] if said else []


def _manner(part: RussianClause) -> Tokens:
    manner = part.clause.manner
    return [Token(entry("ru", Word(manner)).lemma, "ADV", part.node("manner"))] if manner else []


def _time(part: RussianClause) -> Tokens:
    clause, node = part.clause, part.node("time")
    if clause.question == "when":
        return [Token("когда", "ADV", node)]
    if clause.time is None:
        return []
    tokens = fixed_tokens(entry("ru", Word(clause.time)), node)
    negated = clause.negated and is_frequency(clause)
    return [Token("не", "PART", part.node("negation")), *tokens] if negated else tokens


def _place(part: RussianClause) -> Tokens:
    clause, node, goal = part.clause, part.node("place"), part.verb.has("goal")
    if clause.question == "where":
        return [Token("куда" if goal else "где", "ADV", node)]
    if clause.place is None:
        return []
    preposition, where = entry("ru", Word(clause.place.preposition)), clause.place.where
    # The lexicon marks the preposition with its case (под: ins); "в" has pre for where and acc for where to.
    case: Case = next(case for case in ("pre", "ins", "gen") if preposition.has(case))
    form = entry("ru", where.noun).get(preposition.concept) or preposition.lemma
    return _phrases.after(form, "acc" if goal and case == "pre" else case, node, where, f"{node}.where")


def _predicate(part: RussianClause) -> Tokens:
    clause = part.clause
    case: Case = "ins" if clause.tense != "present" or clause.modal or clause.imperative else "nom"
    if clause.quality is not None:
        return [Token(_quality(part, case), "ADJ", part.node("quality"))]
    if clause.category is None:
        return []
    head = of_sex(entry("ru", clause.category.noun), sex(clause.subject))
    return _phrases.described(clause.category, head, part.node("category"), case)


def _quality(part: RussianClause, case: Case) -> str:
    clause = part.clause
    assert clause.quality is not None
    quality = entry("ru", clause.quality, part.setting)
    if clause.than is not None:
        return declension.comparative(quality)
    if quality.has("short") and not clause.modal:
        return declension.short(quality.get("short"), part.agreement)
    return declension.adjective(quality.lemma, case, part.agreement, False)


# Embedded clauses


def _tail(part: RussianClause) -> Tokens:
    clause, tokens = part.clause, Tokens()
    if clause.than is not None:
        node = part.node("than")
        comma = punctuation(",", f"{node}.comma")
        tokens += [comma, Token("чем", "SCONJ", node, "adp"), *_phrases.phrase(clause.than, node, "nom")]
    if clause.complement is not None:
        node = part.node("complement")
        tokens += _embedded([Token("что", "SCONJ", node, "mark")], node, clause.complement)
    if clause.subordinate is not None:
        concept, inner = clause.subordinate
        # "Он споёт, если она придёт": both halves are future in Russian, whatever English says.
        if concept in {"when", "if"} and (clause.tense, inner.tense) == ("future", "present"):
            inner = replace(inner, tense="future")
        node = part.node("subordinate")
        tokens += _embedded(fixed_tokens(entry("ru", Word(concept)), node), node, inner)
    if clause.coordinate is not None:
        concept, inner = clause.coordinate
        node = part.node("coordinate")
        tokens += [punctuation(",", f"{node}.comma"), Token(entry("ru", Word(concept)).lemma, "CCONJ", node, "conj")]
        tokens += _clause(part_of(inner, f"{node}."))
    return tokens


def _embedded(mark: Tokens, node: str, clause: Clause) -> Tokens:
    comma = punctuation(",", f"{node}.comma")
    return [comma, *mark, *_clause(part_of(clause, f"{node}.")), comma]


def _relative(phrase: NounPhrase, node: str) -> Tokens:
    clause, gap, filler = with_gap_filled(phrase)
    part = part_of(clause, f"{node}.", gap)
    preposition, case = part.government(gap)
    head = entry("ru", phrase.noun)
    gender = "p" if filler.plural else declension.gender_of(head)
    form = declension.relative(case, gender, head.has("anim"))
    before = [Token(preposition, "ADP", node, "adp")] if preposition else []
    comma = punctuation(",", f"{node}.comma")
    return [comma, *before, Token(form, "PRON", node, "mark"), *_clause(part), comma]


_phrases = RussianPhrases(_relative)
