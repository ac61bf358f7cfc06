"""What every source gives: rows of text with their place, so that each mistake can be traced to its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from xlalign.config.settings import Settings
from xlalign.errors import UserError
from xlalign.types import Link

LanguagePair = tuple[str, str]


class Gold(NamedTuple):
    """Gold word links that come with a pair; `possible` includes `sure`."""

    source_words: list[str]
    target_words: list[str]
    sure: tuple[Link, ...]
    possible: tuple[Link, ...]

    def on(self, source_words: list[str], target_words: list[str]) -> Gold:
        """The same links on other words of the same characters: a link of a word becomes one of all its parts."""
        if (source_words, target_words) == (self.source_words, self.target_words):
            return self
        left, right = _parts(self.source_words, source_words), _parts(self.target_words, target_words)
        sure, possible = (
            tuple(sorted({(k, m) for i, j in links for k in left[i] for m in right[j]}))
            for links in (self.sure, self.possible)
        )
        return Gold(source_words, target_words, sure, possible)


def _parts(words: list[str], others: list[str]) -> list[list[int]]:
    """For each word the positions in `others` that share a character with it."""
    if "".join(words) != "".join(others):
        raise ValueError(f"not the same characters: {words} and {others}")
    owner = [position for position, other in enumerate(others) for _ in other]
    ends = list(accumulate(map(len, words)))
    return [sorted(set(owner[end - len(word) : end])) for word, end in zip(words, ends, strict=True)]


class Row(NamedTuple):
    """One sentence and its translation, as the source has them, and the line (from 1) it stands on."""

    line: int
    source: str
    target: str
    gold: Gold | None = None


class Bitext(NamedTuple):
    """The rows of one corpus in one language pair.

    `corpus` names it in every row of the artifact, `place` is the file or URI that messages name, `rows` starts
    reading from the beginning at every call, `licence` is empty where none is stated.
    """

    corpus: str
    languages: LanguagePair
    place: str
    rows: Callable[[], Iterator[Row]]
    licence: str = ""


class Listed(NamedTuple):
    """A corpus that can be had.

    Attributes:
        uri: what to write under `sources` or `mono`.
        languages: a pair, or one language for monolingual text.
        pairs: sentence pairs; 0 for monolingual text.
        tokens: words, of the first language.
        size: bytes to download.
        licence: as its publisher states it; empty where nothing is stated.
    """

    uri: str
    languages: tuple[str, ...]
    pairs: int
    tokens: int
    size: int
    licence: str


class Source(Settings):
    """Base of all sources: the fields of a subclass are its options in `[[prepare.sources]]`."""

    rest: str = Field("", description="what follows `scheme:` in the URI")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """The corpora of this source in those of `pairs` that it has, in the order of `pairs`."""
        raise UserError(f"source `{self.rest}` has no parallel text", "name it under `mono`")

    def documents(self, lang: str) -> Iterator[str]:
        """Monolingual documents in one language."""
        raise UserError(f"source `{self.rest}` has no monolingual text in `{lang}`", "name it under `sources`")

    def speaks(self, langs: Sequence[str]) -> list[str]:
        """Those of `langs` in which `documents` has text."""
        return list(langs)

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The local files that `bitexts` and `documents` read, so that their content can identify the result."""
        return []

    @classmethod
    def listed(cls, languages: tuple[str, ...]) -> list[Listed]:
        """What there is in a language pair or one language, found without downloading any of it."""
        return []
