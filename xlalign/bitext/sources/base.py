"""What every source gives: rows of text with their place, so that each mistake can be traced to its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

from pydantic import Field, PrivateAttr

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.config import Settings
from xlalign.errors import UserError


class Bitext(NamedTuple):
    """The rows of one corpus in one language pair.

    `corpus` names it in every row of the artifact, `place` is the file or URI that messages name, `rows` starts
    reading from the beginning at every call, `licence` is empty where none is stated.
    """

    corpus: str
    languages: LanguagePair
    place: str
    rows: Callable[[], Iterator[RawPair]]
    licence: str = ""


def shown_place(path: Path) -> str:
    """How reports name a file: as it was written where that is relative, else by its name alone."""
    return path.name if path.is_absolute() or path.parts[:1] == ("~",) else str(path)


def shown_uri(uri: str) -> str:
    """How reports name a source: the folders of its files are nobody's business."""
    for scheme in ("file:", "hf:"):
        before, found, paths = uri.partition(scheme)
        if found:
            return before + found + "|".join(shown_place(Path(path)) for path in paths.split("|"))
    return uri


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


class TextSource(Settings):
    """Base of all sources: the fields of a subclass are its options in `[[prepare.sources]]`.

    What comes over the network comes through `self.fetcher`, which knows mirrors, the lock file and `--offline`.
    """

    whole: ClassVar[bool] = True
    """Whether every requested language pair is expected here, so that a missing one is worth a warning."""

    rest: str = Field("", description="what follows `scheme:` in the URI")
    _fetcher: Fetcher | None = PrivateAttr(None)

    @property
    def fetcher(self) -> Fetcher:
        """What downloads files; one without mirrors and lock file where `open_source` was given none."""
        return self._fetcher or Fetcher()

    def fetching(self, fetcher: Fetcher | None) -> Self:
        """This source, with another fetcher."""
        source = self.model_copy()
        source._fetcher = fetcher
        return source

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
    def listed(cls, languages: tuple[str, ...], fetcher: Fetcher) -> list[Listed]:
        """What there is in a language pair or one language, found without downloading any of it."""
        return []
