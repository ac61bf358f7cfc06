"""Annotation carried over word links: tags of words, and spans of words (Yarowsky, Ngai and Wicentowski 2001).

Rules, the same for all languages; i counts source and j target words:

- a target word belongs to the source word that it is most probably linked to, the first of equals;
- a span goes to the target words that belong to its words. Words between two of them are filled in where they are at
  most `gap` (an article that the source lacks); over a wider gap the span is split, and the piece with the most
  probable links is kept, the first of equals;
- of two spans that claim the same target word, the one with the more probable links has it, and the other is lost.

    source     0 the  1 European  2 Union  3 said       links 1-2 2-1 2-6 3-5
    target     0 a  1 União  2 Europeia  3 já  4 o  5 disse  6 unida
    span 1-2   target words 1 2 6 belong to it; 3 to 5 are more than one: pieces 1-2 and 6, of which 1-2 is kept
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlalign.types import Alignment, WordPair

GAP = 1
"""Target words between two words of a span that are taken into it."""


class LinkedWords(NamedTuple):
    """The words of a text and of its translation, and their links."""

    words: WordPair
    alignment: Alignment


class LabelledSpan(NamedTuple):
    """Words `first` to `last` of a sentence, and what they are."""

    label: str
    first: int
    last: int


class _Claim(NamedTuple):
    """A piece of the target that a span claims, and the sum of the scores behind it."""

    score: float
    first: int
    last: int


def owners(alignment: Alignment) -> dict[int, tuple[int, float]]:
    """Target word -> the source word that it is most probably linked to, and the score of that link."""
    found: dict[int, tuple[int, float]] = {}
    for (i, j), score in zip(alignment.links, alignment.scores, strict=True):
        if j not in found or score > found[j][1]:
            found[j] = i, score
    return found


def project_tags(tags: Sequence[str], alignment: Alignment, length: int) -> list[str | None]:
    """The tags of a target sentence of `length` words; None where a word has no link."""
    owner = owners(alignment)
    return [tags[owner[j][0]] if j in owner else None for j in range(length)]


def project_spans(spans: Iterable[LabelledSpan], alignment: Alignment, gap: int = GAP) -> list[LabelledSpan]:
    """The spans of the target sentence, in order; one without a link, or whose words another one has, is lost."""
    owner = owners(alignment)
    claims = [(claim, span.label) for span in spans for claim in _best(span, owner, gap)]
    # sorted is stable: of equals the earlier span of the source comes first.
    taken: set[int] = set()
    kept: list[LabelledSpan] = []
    for claim, label in sorted(claims, key=lambda entry: -entry[0].score):
        words = range(claim.first, claim.last + 1)
        if taken.isdisjoint(words):
            taken.update(words)
            kept.append(LabelledSpan(label, claim.first, claim.last))
    return sorted(kept, key=lambda span: span.first)


def _best(span: LabelledSpan, owner: Mapping[int, tuple[int, float]], gap: int) -> Iterator[_Claim]:
    """The piece of the target that a span claims; nothing where none of its words has a link."""
    own = sorted(j for j, (i, _) in owner.items() if span.first <= i <= span.last)
    pieces = [_claim(piece, owner) for piece in _pieces(own, gap)]
    if pieces:
        yield max(pieces, key=lambda piece: piece.score)


def _claim(words: Sequence[int], owner: Mapping[int, tuple[int, float]]) -> _Claim:
    return _Claim(sum(owner[j][1] for j in words), words[0], words[-1])


def _pieces(words: Sequence[int], gap: int) -> Iterator[list[int]]:
    """Runs of sorted places with at most `gap` places between neighbours: 1 2 4 8 with a gap of 1 is 1 2 4 and 8."""
    piece: list[int] = []
    for word in words:
        if piece and word - piece[-1] > gap + 1:
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def bio(spans: Iterable[LabelledSpan], length: int) -> list[str]:
    """IOB2 tags of a sentence of `length` words: (PER, 1, 2) of four words is O B-PER I-PER O."""
    tags = ["O"] * length
    for label, first, last in spans:
        tags[first : last + 1] = [f"B-{label}", *[f"I-{label}"] * (last - first)]
    return tags


def filled_tags(tags: Sequence[Sequence[str | None]], words: Sequence[Sequence[str]], default: str) -> list[list[str]]:
    """The tags of a corpus without gaps.

    A word without a link takes the tag that its form has most often where it has a link, the first seen of equals; a
    form that never has one takes `default`.
    """
    counts: dict[str, dict[str, int]] = {}
    for forms, found in zip(words, tags, strict=True):
        for form, tag in zip(forms, found, strict=True):
            if tag is not None:
                of_form = counts.setdefault(form, {})
                of_form[tag] = of_form.get(tag, 0) + 1
    usual = {form: max(of_form, key=of_form.__getitem__) for form, of_form in counts.items()}
    return [
        [usual.get(form, default) if tag is None else tag for form, tag in zip(forms, found, strict=True)]
        for forms, found in zip(words, tags, strict=True)
    ]
