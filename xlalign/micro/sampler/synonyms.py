"""Which concepts have two words."""

from __future__ import annotations

from collections import Counter
from functools import cache

from xlalign.micro.concepts import read_table


@cache
def varied_concepts() -> frozenset[str]:
    """The concepts with a synonym in English, the language that tasks are trained in."""
    lemmas = Counter(row["concept"] for row in read_table("en.tsv"))
    return frozenset(concept for concept, count in lemmas.items() if count > 1)
