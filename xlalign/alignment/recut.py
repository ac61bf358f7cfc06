"""Links between words that are cut in one way, as links between the same texts cut in another.

Languages without spaces have no one way to be cut: gold links count the words of their own segmenter, which need not be
the words that an aligner has learned. Two words meet where they have a character in common:

    own     東京都 | に          links 0-0 (Tokyo)          東京都 meets 東京 and 都
    given   東京 | 都 | に       links 0-0 1-0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlalign.bitext import languages
from xlalign.types import Alignment, Link, WordPair

Cut = Callable[[str, str], list[str]]
"""(text, language) -> words."""


def joined(words: Sequence[str], lang: str) -> str:
    """The words as text, with spaces where the language has them."""
    return (" " if languages.get(lang).spaced else "").join(words)


def recut(pair: WordPair, pair_languages: tuple[str, str], cut: Cut) -> WordPair:
    """Both sides cut anew where the language has no spaces; words that spaces separate stay as they are."""
    sides = (
        list(side) if languages.get(lang).spaced else cut(joined(side, lang), lang)
        for side, lang in zip(pair, pair_languages, strict=True)
    )
    source, target = sides
    return source, target


def relinked(alignment: Alignment, own: WordPair, given: WordPair) -> Alignment:
    """The links of the words `own` as links of the words `given`, each with the highest score of those behind it."""
    meets = [meetings(*sides) for sides in zip(own, given, strict=True)]
    best: dict[Link, float] = {}
    for (i, j), score in zip(alignment.links, alignment.scores, strict=True):
        for a in meets[0][i]:
            for b in meets[1][j]:
                best[a, b] = max(best.get((a, b), 0.0), score)
    ordered = sorted(best)
    return Alignment(tuple(ordered), tuple(best[link] for link in ordered))


def meetings(own: Sequence[str], given: Sequence[str]) -> list[list[int]]:
    """For each word of `own` the words of `given` with a character in common; white space counts for nothing."""
    owner = [number for number, word in enumerate(given) for char in word if not char.isspace()]
    found, end = [], 0
    for word in own:
        begin, end = end, end + sum(not char.isspace() for char in word)
        found.append(sorted(set(owner[begin:end])))
    return found
