"""Chunks of a tag sequence by the two rules that published scores rest on.

The first letter of a tag is its place (B, I, E, S, O) and the rest its type. Tags without a prefix go through
the same rule, which is why a "chunk F1" exists for parts of speech: equal neighbours merge into one chunk.

- `legacy`: the type is what follows the last hyphen, or the whole tag (seqeval up to 0.0.13; XTREME's numbers);
- `current`: the first letter is dropped, then what follows the first hyphen (seqeval 0.0.18 and later): CCONJ
  and SCONJ have one type and confusing them costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

Rule = Literal["legacy", "current"]
Chunk = tuple[str, int, int]


def _legacy_type(tag: str) -> str:
    return tag.rpartition("-")[2]


def _current_type(tag: str) -> str:
    rest = tag[1:]
    return (rest.partition("-")[2] if "-" in rest else rest) or "_"


_TYPE: dict[Rule, Callable[[str], str]] = {"legacy": _legacy_type, "current": _current_type}


def chunks(sentences: Iterable[Sequence[str]], rule: Rule) -> set[Chunk]:
    """All chunks of a corpus as (type, first, last), positions counted over the whole corpus.

    An O closes each sentence, so a chunk never crosses into the next one.
    """
    type_of = _TYPE[rule]
    found: set[Chunk] = set()
    start, place_before, type_before = 0, "O", ""
    position = -1
    for position, tag in enumerate(_flat(sentences)):
        place, kind = tag[0], type_of(tag)
        if _ends(place_before, place, type_before, kind):
            found.add((type_before, start, position - 1))
        if _starts(place_before, place, type_before, kind):
            start = position
        place_before, type_before = place, kind
    return found


def _flat(sentences: Iterable[Sequence[str]]) -> Iterable[str]:
    for sentence in sentences:
        yield from sentence
        yield "O"


def _ends(before: str, place: str, type_before: str, kind: str) -> bool:
    """Whether the chunk that holds the tag before ends there."""
    if before in "ES" or (before in "BI" and place in "BSO"):
        return True
    return before not in "O." and type_before != kind


def _starts(before: str, place: str, type_before: str, kind: str) -> bool:
    """Whether a chunk starts with this tag."""
    if place in "BS" or (before in "ESO" and place in "EI"):
        return True
    return place not in "O." and type_before != kind
