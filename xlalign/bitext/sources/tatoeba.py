"""`tatoeba:` the Tatoeba Translation Challenge (Tiedemann 2020), tar archives named by ISO 639-3 codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from xlalign.bitext import languages
from xlalign.bitext.fetch.transfer import NotFoundError
from xlalign.bitext.readers.archive import member
from xlalign.bitext.readers.two_files import parallel
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources.base import Bitext, TextSource
from xlalign.errors import DataError

STORE = "https://object.pouta.csc.fi/Tatoeba-Challenge-{version}/{source}-{target}.tar"
LATEST = "v2023-09-26"


class TatoebaSource(TextSource):
    """`tatoeba:v2023-09-26`, or `tatoeba:` for that version."""

    split: Literal["train", "dev", "test"] = Field("train", description="part of the data")
    names: dict[str, str] = Field({}, description="ISO 639-3 codes by our language code, where the usual one is wrong")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """Those of `pairs` that the challenge has."""
        found = [(pair, archive) for pair in pairs if (archive := self._archive(pair))]
        if not found:
            wanted = ", ".join("-".join(self._codes(pair)) for pair in pairs)
            raise DataError(
                f"`tatoeba:{self.rest}` has none of the language pairs {wanted}", "see `names` for its codes"
            )
        for pair, archive in found:
            yield Bitext(f"tatoeba-{self._version}", pair, str(archive.name), partial(self._rows, pair, archive))

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded archives."""
        return [archive for pair in pairs if (archive := self._archive(pair))]

    @property
    def _version(self) -> str:
        return self.rest or LATEST

    def _codes(self, pair: LanguagePair) -> list[str]:
        return sorted(self.names.get(lang) or languages.alpha3(lang) for lang in pair)

    def _archive(self, pair: LanguagePair) -> Path | None:
        source, target = self._codes(pair)
        try:
            return self.fetcher.file(STORE.format(version=self._version, source=source, target=target))
        except NotFoundError:
            return None

    def _rows(self, pair: LanguagePair, archive: Path) -> Iterator[RawPair]:
        in_order = (self.names.get(pair[0]) or languages.alpha3(pair[0])) == self._codes(pair)[0]
        endings = ("src", "trg") if in_order else ("trg", "src")
        yield from parallel(*(member(archive, f"/{self.split}.{ending}.gz") for ending in endings))
