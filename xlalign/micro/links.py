"""Gold word links of two sentences with the same meaning.

Two tokens are surely linked when they express the same node in the same role ("subject", head). A function word
whose role the other language leaves out (an article in Russian, a case marker in English) is possibly linked to the
head of its node there, as in hand-made gold sets (Och & Ney 2003: sure links are unambiguous, possible ones not).
"""

from __future__ import annotations

from collections import defaultdict

from xlalign.micro.meaning import Sentence
from xlalign.types import Link

_Index = dict[tuple[str, str], list[int]]


def gold_links(source: Sentence, target: Sentence) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """The sure links, and the possible ones, which include the sure.

    Args:
        source: a sentence.
        target: the same meaning in another language.

    Returns:
        Two sorted tuples of zero-based (source token, target token).
    """
    ours, theirs = _index(source), _index(target)
    sure = {(i, j) for key, left in ours.items() for i in left for j in theirs.get(key, ())}
    possible = sure | set(_to_heads(ours, theirs)) | {(i, j) for j, i in _to_heads(theirs, ours)}
    return tuple(sorted(sure)), tuple(sorted(possible))


def _index(sentence: Sentence) -> _Index:
    index: _Index = defaultdict(list)
    for i, token in enumerate(sentence.tokens):
        index[token.node, token.role].append(i)
    return index


def _to_heads(ours: _Index, theirs: _Index) -> list[Link]:
    """From our words whose role is missing on the other side to the head of the same node there."""
    return [
        (i, j)
        for (node, role), left in ours.items()
        if (node, role) not in theirs and role != "punct"
        for i in left
        for j in theirs.get((node, "head"), ())
    ]
