"""Spanish noun phrases: article, noun, adjectives after it, *de* and the possessor, relative clause, conjunct."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlalign.micro.concepts import concepts
from xlalign.micro.grammar.lexicon import ANYWHERE, Entry, Setting, entry
from xlalign.micro.grammar.shared import RelativeClause, Tokens, is_name, proper_name
from xlalign.micro.grammar.spanish import forms
from xlalign.micro.grammar.spanish.forms import Gender
from xlalign.micro.meaning import NounPhrase, Token, Word

_CONTRACTED = {("a", "el"): "al", ("de", "el"): "del"}


@dataclass(frozen=True, slots=True)
class Style:
    """How the place of a phrase in the sentence shapes it.

    `preposition` tokens come first, and again before a conjunct if `repeated`. `indefinite` says what an
    indefinite plural or mass noun takes: nothing ("bare": *compra pan*), *unos* or the article of mass nouns
    ("some"), or always the article ("generic": *los perros son animales*). `negated` turns *un* into *ningún*.
    """

    relative: RelativeClause
    preposition: tuple[Token, ...] = ()
    repeated: bool = False
    indefinite: str = "some"
    negated: bool = False
    setting: Setting = ANYWHERE


def is_plural(phrase: NounPhrase) -> bool:
    """Whether a verb agrees in the plural with the phrase."""
    return _is_plural_noun(phrase, entry("es", phrase.noun)) or phrase.conjunct is not None


def gender(phrase: NounPhrase) -> Gender:
    """The gender that adjectives agree with; masculine for mixed company."""
    own = forms.gender(entry("es", phrase.noun))
    return own if phrase.conjunct is None or gender(phrase.conjunct) == own else "m"


def said(phrase: NounPhrase, node: str, style: Style) -> Tokens:
    """The phrase at `node`."""
    tokens = contracted([*style.preposition, *_one(phrase, node, style)])
    if phrase.conjunct is not None:
        second = f"{node}.conjunct"
        moved = tuple(replace(token, node=second) for token in style.preposition) if style.repeated else ()
        tokens += conjoined(second, said(phrase.conjunct, second, replace(style, preposition=moved)))
    return tokens


def conjoined(node: str, tokens: Tokens) -> Tokens:
    """*y*, or *e* before the sound i, and what it joins."""
    # "padre e hijo", "rojo e interesante", but "agua y hielo": the sound counts, and hi before a or e is no vowel.
    following = tokens[0].form.lower().removeprefix("h")
    form = "e" if following.startswith(("i", "í")) and not following.startswith(("ia", "ie")) else "y"
    return [Token(form, "CCONJ", node, "conj"), *tokens]


def contracted(tokens: Tokens) -> Tokens:
    """*a el* and *de el* as the single words *al* and *del*, which count as the preposition."""
    result: Tokens = []
    for token in tokens:
        # [a, el, perro] -> [al, perro], where *al* keeps the node and the role of the preposition.
        pair = (result[-1].form, token.form) if result else ("", "")
        if pair in _CONTRACTED and token.role == "det":
            result[-1] = replace(result[-1], form=_CONTRACTED[pair])
        else:
            result.append(token)
    return result


def category(phrase: NounPhrase, node: str, subject: Gender, plural: bool, style: Style) -> Tokens:
    """A predicative noun: it agrees with the subject, and an occupation has no article."""
    head = entry("es", phrase.noun)
    own = subject if head.has("fem") or head.has("masc") else forms.gender(head)
    described = _described(phrase, head, node, own, plural, style)
    bare = plural or (head.has("job") and not phrase.adjectives and phrase.relative is None)
    uncounted = concepts()[phrase.noun.concept].mass and not head.has("count")
    if bare or uncounted:
        return described
    return [Token(forms.article(own, False, False, head.has("el")), "DET", node, "det"), *described]


def name(concept: str, node: str) -> Token:
    """A proper name."""
    return proper_name(concept, entry("es", Word(concept)).lemma, node)


def _one(phrase: NounPhrase, node: str, style: Style) -> Tokens:
    if is_name(phrase):
        return [name(phrase.noun.concept, node)]
    head = entry("es", phrase.noun, style.setting)
    own, plural = forms.gender(head), _is_plural_noun(phrase, head)
    described = _described(phrase, head, node, own, plural, style)
    return [*_determiner(phrase, head, node, plural, style), *described]


def _is_plural_noun(phrase: NounPhrase, head: Entry) -> bool:
    return phrase.plural or phrase.count is not None or head.has("plural")


def _determiner(phrase: NounPhrase, head: Entry, node: str, plural: bool, style: Style) -> Tokens:
    own, stressed = forms.gender(head), head.has("el")
    mass = concepts()[phrase.noun.concept].mass and not head.has("count")
    amount = plural or mass
    if phrase.definite or phrase.possessor or _is_generic(phrase, style, plural, mass):
        return [Token(forms.article(own, plural, True, stressed), "DET", node, "det")]
    if phrase.count or (amount and style.indefinite == "bare"):
        return []
    if style.negated and not amount:
        return [Token("ninguna" if own == "f" and not stressed else "ningún", "DET", node, "det")]
    return [Token(forms.article(own, plural, False, stressed), "DET", node, "det")]


def _is_generic(phrase: NounPhrase, style: Style, plural: bool, mass: bool) -> bool:
    """Whether an indefinite amount has the article all the same (*los perros son animales*, *la leche fue bebida*)."""
    if phrase.count or style.indefinite == "bare":
        return False
    return style.indefinite == "generic" if plural else mass


def _described(phrase: NounPhrase, head: Entry, node: str, own: Gender, plural: bool, style: Style) -> Tokens:
    """Count, noun, adjectives, possessor and relative clause."""
    tokens: Tokens = []
    if phrase.count:
        tokens.append(Token(entry("es", Word(phrase.count)).lemma, "NUM", f"{node}.count"))
    tokens.append(Token(forms.noun(head, own, plural), "NOUN", node))
    tokens += _adjectives(phrase, node, own, plural)
    if phrase.possessor:
        owner = f"{node}.possessor"
        tokens += [Token("de", "ADP", owner, "adp"), name(phrase.possessor, owner)]
    if phrase.relative:
        tokens += style.relative(phrase, node)
    return tokens


def _adjectives(phrase: NounPhrase, node: str, own: Gender, plural: bool) -> Tokens:
    """Colours stand next to the noun; two other adjectives are joined by *y*."""
    # [grande, rojo, viejo] on "coche" -> coche rojo grande y viejo.
    setting = Setting(subject=phrase.noun.concept)
    entries = [(i, entry("es", word, setting)) for i, word in enumerate(phrase.adjectives)]
    colours = [pair for pair in entries if pair[1].has("colour")]
    others = [pair for pair in entries if not pair[1].has("colour")]
    tokens: Tokens = []
    for group in (colours, others):
        for place, (i, adjective) in enumerate(group):
            said_so = [Token(forms.adjective(adjective, own, plural), "ADJ", f"{node}.adjective{i}")]
            tokens += conjoined(f"{node}.adjective{i}", said_so) if place else said_so
    return tokens
