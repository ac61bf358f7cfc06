"""Gold word links of two sentences with the same meaning.

Two tokens are surely linked when they express the same node in the same role ("subject", head). A word that the other
language leaves out is possibly linked to what stands in for it, as in hand-made gold sets (Och & Ney 2003: sure links
are unambiguous, possible ones not): a function word to the head of its node (an article in Russian to the noun), a
copula that is not said to its predicate, a preposition that is not said to its noun.
"""

from __future__ import annotations

from collections import defaultdict

from xlalign.micro.meaning import Role, Sentence
from xlalign.types import Link

_Index = dict[tuple[str, Role], list[int]]


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
    possible = sure | set(_stand_ins(ours, theirs)) | {(i, j) for j, i in _stand_ins(theirs, ours)}
    return tuple(sorted(sure)), tuple(sorted(possible))


def _index(sentence: Sentence) -> _Index:
    index: _Index = defaultdict(list)
    for i, token in enumerate(sentence.tokens):
        index[token.node, token.role].append(i)
    return index


def _stand_ins(ours: _Index, theirs: _Index) -> list[Link]:
    """From our words whose node and role are missing on the other side to what stands in for them there."""
    # en "The dog sleeps", ru "Собака спит": (subject, det) is missing in Russian, so "The" is possibly linked to what
    # expresses the node there, "Собака".
    missing = [key for key in ours if key not in theirs and key[1] != "punct"]
    return [(i, j) for key in missing for i in ours[key] for j in _stand_in(key[0], theirs)]


def _stand_in(node: str, theirs: _Index) -> list[int]:
    # complement.verb -> c "complement", part "verb": a copula that Russian leaves out is looked for, in this order, at
    # complement.quality, complement.category, complement.place.where ...
    c, _, part = node.rpartition(".")
    prefix = f"{c}." if c else ""
    for candidate in (node, *(prefix + other for other in _REPLACED.get(part, ()))):
        for role in _BY_WEIGHT:
            if (candidate, role) in theirs:
                return theirs[candidate, role]
    return []


_REPLACED = {
    "verb": ("quality", "category", "place.where", "place", "negation"),
    "place": ("place.where",),
    "question": ("verb",),
}
"""Which parts take over for one that a language does not say (by the last step of the node)."""

_BY_WEIGHT: tuple[Role, ...] = ("head", "mark", "conj", "aux")
