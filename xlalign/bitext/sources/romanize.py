"""`romanize:` text and its spelling in Latin letters as a bitext, for alignment across scripts (TransliCo)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import Field

from xlalign.bitext.corpus import chunks
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.base import Bitext, TextSource
from xlalign.bitext.transforms.romanize import romanize
from xlalign.errors import UserError

SUFFIX = "_Latn"


class RomanizeSource(TextSource):
    """`romanize:file:wiki.{lang}.txt` pairs another source's text with itself in Latin letters: `ru-ru_Latn`."""

    options: dict[str, object] = Field({}, description="options of that source")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """The requested pairs of a language and its romanisation, in either order."""
        served = [pair for pair in pairs if sorted(pair)[1] == sorted(pair)[0] + SUFFIX]
        if not served:
            raise UserError(f"`romanize:{self.rest}` makes no requested pair", f'for example pairs = ["ru-ru{SUFFIX}"]')
        for pair in served:
            yield Bitext("romanized", pair, self.rest, partial(self._rows, pair))

    def documents(self, lang: str) -> Iterator[str]:
        """The text in Latin letters alone."""
        base = lang.removesuffix(SUFFIX)
        for texts in chunks(self._source().documents(base), 1_000):
            yield from romanize(texts, base)

    def speaks(self, langs: Sequence[str]) -> list[str]:
        """The romanised languages whose text the source underneath has."""
        bases = self._source().speaks([lang.removesuffix(SUFFIX) for lang in langs if lang.endswith(SUFFIX)])
        return [base + SUFFIX for base in bases]

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The files of the source underneath."""
        return self._source().inputs([(min(pair), min(pair)) for pair in pairs])

    def _source(self) -> TextSource:
        return open_source(self.rest, self.options, self.fetcher)

    def _rows(self, pair: LanguagePair) -> Iterator[RawPair]:
        base = min(pair)
        for number, text in enumerate(self._source().documents(base), 1):
            both = (text, romanize([text], base)[0])
            yield RawPair(number, *(both if pair[0] == base else both[::-1]))
