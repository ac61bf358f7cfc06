"""The concepts of the micro-world: what can be said, in no language.

`data/concepts.tsv` has one row per concept (part of speech, class, hypernym, contrast, which subjects and objects
make sense with it); `data/groups.tsv` names unions of classes and single concepts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of the table. `subjects` (for adjectives: the nouns described) and `objects` are concept ids."""

    id: str
    pos: str
    cls: str
    hypernym: str | None
    contrast: str | None
    subjects: tuple[str, ...]
    objects: tuple[str, ...]
    mass: bool


def read_table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated data file of the micro-world, keyed by its header; missing cells are empty."""
    text = resources.files("xlalign.micro.data").joinpath(name).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", restval="", quoting=csv.QUOTE_NONE)
    yield from rows


@cache
def concepts() -> dict[str, Concept]:
    """Every concept by id, in table order."""
    rows = list(read_table("concepts.tsv"))
    resolve = _Resolver(rows)
    return {
        row["id"]: Concept(
            id=row["id"],
            pos=row["pos"],
            cls=row["class"],
            hypernym=row["hypernym"] or None,
            contrast=row["contrast"] or None,
            subjects=resolve(row["subject"]),
            objects=resolve(row["object"]),
            mass="mass" in row["flags"].split(),
        )
        for row in rows
    }


@cache
def concept_ids(pos: str, cls: str | None = None) -> tuple[str, ...]:
    """Ids of one part of speech (and class), in table order."""
    return tuple(c.id for c in concepts().values() if c.pos == pos and cls in (None, c.cls))


@cache
def members(names: str) -> tuple[str, ...]:
    """The specific concepts that a blank-separated list of groups, classes and ids stands for."""
    return _Resolver(list(read_table("concepts.tsv")))(names)


@cache
def adjectives_of(noun: str) -> tuple[str, ...]:
    """The adjectives that make sense with a noun, in table order."""
    return tuple(c.id for c in concepts().values() if c.pos == "adj" and noun in c.subjects)


@cache
def hyponyms(noun: str) -> tuple[str, ...]:
    """The concepts directly below `noun`."""
    return tuple(c.id for c in concepts().values() if c.hypernym == noun and c.pos == "noun")


@cache
def varied_concepts() -> frozenset[str]:
    """The concepts with a synonym in English, the language that tasks are trained in."""
    lemmas = Counter(row["concept"] for row in read_table("en.tsv"))
    return frozenset(concept for concept, count in lemmas.items() if count > 1)


class _Resolver:
    """Expands group and class names; a class means its specific members, not the generic noun of that name."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.order = [row["id"] for row in rows]
        self.by_class: dict[str, list[str]] = {}
        generic = {row["hypernym"] for row in rows} | {"person", "animal"}
        for row in rows:
            if row["pos"] in {"noun", "name"} and row["id"] not in generic:
                self.by_class.setdefault(row["class"], []).append(row["id"])
        self.groups = {row["group"]: row["members"].split() for row in read_table("groups.tsv")}

    def __call__(self, names: str) -> tuple[str, ...]:
        # "creature book" -> creature is a group (animal fish), animal a class (dog cat ...), book a concept: dog cat
        # ... book, in table order whatever the order of the names.
        found = {concept for name in names.split() for concept in self._expand(name)}
        return tuple(concept for concept in self.order if concept in found)

    def _expand(self, name: str) -> Iterator[str]:
        if name in self.groups:
            for member in self.groups[name]:
                yield from self._expand(member)
        elif name in self.by_class:
            yield from self.by_class[name]
        else:
            yield name
