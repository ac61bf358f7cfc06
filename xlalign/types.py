"""Value types that several rooms share."""

from __future__ import annotations

from typing import NamedTuple

Link = tuple[int, int]
"""A word link, zero-based (source word, target word)."""

WordPair = tuple[list[str], list[str]]
"""The words of a source and of a target sentence."""


class Pair(NamedTuple):
    """A sentence and its translation. `id` is a hash of the content, so it survives re-sharding."""

    id: str
    source: str
    target: str
    source_lang: str
    target_lang: str
    corpus: str


class Alignment(NamedTuple):
    """The links of one sentence pair, sorted, with one score in [0, 1] per link."""

    links: tuple[Link, ...]
    scores: tuple[float, ...]
