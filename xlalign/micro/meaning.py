"""What a micro-world sentence means, independent of any language.

A sentence is one `Clause`; every language's grammar turns it into tokens. Every part of a meaning has a
*node*: the path that leads to it (`"subject"`, `"object.adjective0"`, `"complement.verb"`). A grammar labels
each token with the node it expresses and its role there, which is what makes the word links of any two
languages follow from the meaning alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tense = Literal["past", "present", "future"]
Question = Literal["polar", "who", "what", "where", "when"]
Role = Literal["head", "det", "adp", "aux", "part", "mark", "conj", "punct"]


@dataclass(frozen=True, slots=True)
class Word:
    """One concept, with the choice among its synonyms (`variant` modulo the lemmas a language has)."""

    concept: str
    variant: int = 0


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun or name with its modifiers. Names take neither determiner, number nor adjectives.

    `count` is the concept of a cardinal ("three"), which implies the plural. `possessor` is a person's name
    ("Anna's dog"; the phrase is then definite). `relative` is a clause in which this phrase fills `gap`.
    `conjunct` is a second phrase joined by *and* (the whole is plural).
    """

    noun: Word
    plural: bool = False
    definite: bool = True
    count: str | None = None
    adjectives: tuple[Word, ...] = ()
    possessor: str | None = None
    relative: Relative | None = None
    conjunct: NounPhrase | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative clause on a noun phrase; the clause's `gap` argument is the phrase itself (left as None)."""

    gap: Literal["subject", "object"]
    clause: Clause


@dataclass(frozen=True, slots=True)
class Place:
    """A place adverbial: preposition concept (in, on, under, behind, near) and a noun phrase or city name."""

    preposition: str
    where: NounPhrase


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate with its arguments and adverbials.

    `verb` is a verb concept; with "be", exactly one of `quality` (predicative adjective), `category`
    (predicative noun, indefinite) or `place` is the predicate; `than` makes `quality` a comparative ("bigger
    than the dog"). `existential` with "be": "there is a dog in the garden". `passive` promotes the object and
    keeps the subject as agent phrase; `agentless` drops it. `modal` is a modal concept (can, must, want).
    `complement` is a that-clause of a clausal verb. `subordinate` is an adverbial clause (because, when, if,
    although); `coordinate` a second main clause (and, but). `imperative` addresses "you" and ignores the subject.
    A "who" question asks for the subject, "what" the object, "where" the place, "when" the time: that part is
    then None.
    """

    verb: Word
    subject: NounPhrase | None = None
    object: NounPhrase | None = None
    recipient: NounPhrase | None = None
    quality: Word | None = None
    than: NounPhrase | None = None
    category: NounPhrase | None = None
    place: Place | None = None
    time: str | None = None
    manner: str | None = None
    tense: Tense = "present"
    negated: bool = False
    passive: bool = False
    agentless: bool = False
    existential: bool = False
    imperative: bool = False
    modal: str | None = None
    complement: Clause | None = None
    subordinate: tuple[str, Clause] | None = None
    coordinate: tuple[str, Clause] | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """One surface word: its form, universal part of speech, entity tag and what it expresses.

    `node` is the path of the meaning part ("subject", "verb", "object.adjective0", "subject.possessor",
    "negation", "complement.subject", "place", "place.where", "time" ...), `role` what the word does there:
    "head" the content word, "det" article, "adp" adposition or agent marker, "aux" auxiliary or copula, "part"
    particle or reflexive, "mark" subordinator or relative pronoun, "conj" conjunction, "punct" punctuation.
    `entity` is O or B-/I- with PER, LOC, ORG. `space_before` is False for punctuation glued to the left.
    """

    form: str
    upos: str
    node: str
    role: Role = "head"
    entity: str = "O"
    space_before: bool = True


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of one sentence in one language."""

    language: str
    tokens: tuple[Token, ...]

    @property
    def words(self) -> list[str]:
        """The surface forms, one per token."""
        return [token.form for token in self.tokens]

    @property
    def text(self) -> str:
        """The sentence as people write it."""
        pieces = [(" " if token.space_before and i else "") + token.form for i, token in enumerate(self.tokens)]
        return "".join(pieces)
