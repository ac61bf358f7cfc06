"""The one lexicon mechanism of all languages: entries with named features, and the choice among the lemmas.

A lexicon file has the columns `concept`, `lemma` and `features` (blank-separated `name` or `name=value`). A
condition keeps a lemma for clauses of one kind (German *fressen* for animals): `when=subject:GROUP,...`,
`when=object:GROUP,...`, `when=time:CONCEPT,...` or `when=passive`. Of the conditions that hold the last counts; the
rows that share it are the synonyms among which `Word.variant` chooses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import cast

from xlalign.errors import DataError
from xlalign.micro.concepts import members, read_table
from xlalign.micro.meaning import Clause, Role, Token, Word


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One lemma; `features` holds what the table says about it (a flag has the value "")."""

    concept: str
    lemma: str
    features: dict[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a feature is given."""
        return name in self.features

    def get(self, name: str, default: str = "") -> str:
        """The value of a feature."""
        return self.features.get(name, default)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the conditions of the lexicon look at: the nouns of a clause, its time and its voice."""

    subject: str | None = None
    object: str | None = None
    time: str | None = None
    passive: bool = False

    @classmethod
    def of(cls, clause: Clause) -> Setting:
        """The setting of a clause whose gaps are filled."""
        subject, object_ = clause.subject, clause.object
        return cls(
            None if subject is None or clause.agentless else subject.noun.concept,
            object_.noun.concept if object_ else None,
            clause.time,
            clause.passive,
        )

    def meets(self, condition: str) -> bool:
        """Whether a `when` condition holds here."""
        if condition == "passive":
            return self.passive
        part, _, group = condition.partition(":")
        concept: str | None = getattr(self, part)
        return concept is not None and concept in _group(group)


ANYWHERE = Setting()


@cache
def _group(names: str) -> frozenset[str]:
    listed = names.split(",")
    return frozenset(members(" ".join(listed))).union(listed)


@cache
def lexicon(language: str) -> dict[str, tuple[tuple[str, tuple[Entry, ...]], ...]]:
    """The entries of a language by concept, grouped by condition ("" for none) in file order."""
    table: dict[str, dict[str, list[Entry]]] = {}
    for row in read_table(f"{language}.tsv"):
        features = dict(_feature(text) for text in row["features"].split())
        entry = Entry(row["concept"], row["lemma"], features)
        table.setdefault(entry.concept, {}).setdefault(entry.get("when"), []).append(entry)
    return {
        concept: tuple((condition, tuple(entries)) for condition, entries in groups.items())
        for concept, groups in table.items()
    }


def fixed_tokens(entry: Entry, node: str) -> list[Token]:
    """The words of a lemma written `form/UPOS/role form/UPOS/role ...`, all of them at `node`."""
    # last_week in en.tsv: "last/ADJ/part week/NOUN/head" -> two tokens at "time", a part and the head.
    return [Token(form, upos, node, role) for form, upos, role in _fixed_words(entry.lemma)]


@cache
def _fixed_words(lemma: str) -> tuple[tuple[str, str, Role], ...]:
    words = (word.split("/") for word in lemma.split())
    return tuple((form, upos, cast("Role", role)) for form, upos, role in words)


def _feature(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def entry(language: str, word: Word, setting: Setting = ANYWHERE) -> Entry:
    """The lemma of `word` in `language`.

    Raises:
        DataError: the lexicon has no lemma for the concept.
    """
    found: tuple[Entry, ...] = ()
    # eat in de.tsv: "essen", and "fressen when=subject:creature,animal": of a dog both hold, and the last one wins.
    for condition, entries in lexicon(language).get(word.concept, ()):
        if not condition or setting.meets(condition):
            found = entries
    if not found:
        raise DataError(f"{language}.tsv has no lemma for `{word.concept}`", "add a row for this concept")
    return found[word.variant % len(found)]
