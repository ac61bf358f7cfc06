"""German noun phrases: article, adjectives, possessor, relative clause, conjunct; and what precedes them."""

from __future__ import annotations

from typing import Literal

from xlalign.micro.grammar.german import forms
from xlalign.micro.grammar.german.forms import Case, Declension, Gender
from xlalign.micro.grammar.lexicon import Entry, entry, fixed_tokens
from xlalign.micro.grammar.shared import RelativeClause, Tokens, is_name, proper_name
from xlalign.micro.meaning import NounPhrase, Token, Word

_CONTRACTED = {"in": "im", "an": "am", "bei": "beim", "von": "vom"}


def sex(phrase: NounPhrase | None) -> Literal["m", "f", ""]:
    """Natural gender of the person or persons a phrase speaks of, as far as the words tell."""
    if phrase is None:
        return ""
    head = entry("de", phrase.noun)
    own: Literal["m", "f", ""] = "m" if head.has("m") else ""
    if head.has("female") or (is_name(phrase) and head.has("f")):
        own = "f"
    return own if phrase.conjunct is None or sex(phrase.conjunct) == own else "m"


class GermanPhrases:
    """Says noun phrases; relative clauses come from the grammar of clauses."""

    def __init__(self, relative: RelativeClause) -> None:
        self._relative = relative

    def phrase(self, phrase: NounPhrase, path: str, case: Case, *, kein: str = "") -> Tokens:
        """The phrase at node `path`; with `kein` (the node of the negation) it carries the negation."""
        tokens = self._first(phrase, path, case, kein)
        if phrase.conjunct is not None:
            node = f"{path}.conjunct"
            second = self.phrase(phrase.conjunct, node, case, kein=kein)
            tokens += [Token("und", "CCONJ", node, "conj"), *second]
        return tokens

    def _first(self, phrase: NounPhrase, path: str, case: Case, kein: str) -> Tokens:
        if is_name(phrase):
            return name(phrase.noun, path, case)
        return self.described(phrase, entry("de", phrase.noun), path, case, kein=kein)

    def described(
        self, phrase: NounPhrase, head: Entry, path: str, case: Case, *, kein: str = "", bare: bool = False
    ) -> Tokens:
        """A phrase around the given noun; `bare` leaves out the indefinite article."""
        plural = phrase.plural or phrase.count is not None
        gender: Gender = "p" if plural else forms.gender_of(head)
        before, declension = _determiner(phrase, path, case, gender, kein, bare or head.has("mass"))
        tokens = [*before]
        if phrase.count:
            tokens.append(Token(entry("de", Word(phrase.count)).lemma, "NUM", f"{path}.count"))
        for i, word in enumerate(phrase.adjectives):
            form = forms.adjective(entry("de", word), case, gender, declension)
            tokens.append(Token(form, "ADJ", f"{path}.adjective{i}"))
        tokens.append(Token(forms.noun(head, case, plural), "NOUN", path))
        if phrase.possessor and not _takes_s(phrase.possessor):
            node = f"{path}.possessor"
            tokens += [Token("von", "ADP", node, "adp"), *name(Word(phrase.possessor), node, "dat")]
        if phrase.relative is not None:
            tokens += self._relative(phrase, f"{path}.relative")
        return tokens

    def after(self, preposition: str, node: str, phrase: NounPhrase, path: str) -> Tokens:
        """A preposition with its phrase in the dative, contracted (*im*, *vom*) where people do."""
        tokens = self.phrase(phrase, path, "dat")
        # "in dem Garten" -> "im Garten", but "in dem Garten, den Anna sah" stays, since *dem* points at the clause.
        contracts = tokens[0].form == "dem" and preposition in _CONTRACTED
        if contracts and phrase.relative is None and phrase.conjunct is None:
            return [Token(_CONTRACTED[preposition], "ADP", node, "adp"), *tokens[1:]]
        return [Token(preposition, "ADP", node, "adp"), *tokens]

    def near(self, node: str, phrase: NounPhrase, path: str) -> Tokens:
        """*In der Nähe* with the genitive, or with *von* where nothing would show the genitive."""
        tokens = fixed_tokens(entry("de", Word("near")), node)
        possessor = phrase.possessor and _takes_s(phrase.possessor)
        bare = not phrase.definite and (phrase.plural or phrase.count)
        if is_name(phrase) or possessor or bare:
            return [*tokens, *self.after("von", node, phrase, path)]
        return [*tokens, *self.phrase(phrase, path, "gen")]


def name(word: Word, path: str, case: Case) -> Tokens:
    """A proper name, with the article that a few take."""
    head = entry("de", word)
    token = proper_name(word.concept, head.lemma, path)
    if head.has("article"):
        return [Token(forms.definite(case, forms.gender_of(head)), "DET", path, "det"), token]
    return [token]


def _takes_s(possessor: str) -> bool:
    # "Annas Hund", but "der Hund von Thomas".
    return not entry("de", Word(possessor)).lemma.endswith(("s", "x", "z"))


def _determiner(
    phrase: NounPhrase, path: str, case: Case, gender: Gender, kein: str, bare: bool
) -> tuple[Tokens, Declension]:
    if phrase.possessor and _takes_s(phrase.possessor):
        form = entry("de", Word(phrase.possessor)).lemma + "s"
        return [proper_name(phrase.possessor, form, f"{path}.possessor")], "strong"
    if phrase.definite or phrase.possessor:
        return [Token(forms.definite(case, gender), "DET", path, "det")], "weak"
    if kein:
        return [Token(forms.indefinite(case, gender, "kein"), "DET", kein)], "mixed"
    if gender == "p" or bare:
        return [], "strong"
    return [Token(forms.indefinite(case, gender), "DET", path, "det")], "mixed"
