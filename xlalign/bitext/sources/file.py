"""`file:` text on this machine and `url:` text on the web, in any of the formats of `xlalign.bitext.readers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import Field

from xlalign.bitext import languages
from xlalign.bitext.fetch.transfer import NotFoundError
from xlalign.bitext.readers import READERS
from xlalign.bitext.readers.archive import archive_of, member, members
from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.lines import lines, stem_and_format
from xlalign.bitext.readers.sgm import read_sgm
from xlalign.bitext.readers.two_files import joined, parallel
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.settings import PartTable, part
from xlalign.bitext.sources.base import Bitext, TextSource
from xlalign.errors import DataError, UserError


class FileSource(TextSource):
    """Two line-parallel text files, two `id<TAB>text` files, or one file that holds both languages.

    file:train.{lang}.gz                 two files, for every language pair that has both
    file:news.{source}-{target}.tsv      one file a language pair, in either order of the languages
    file:a.en|a.de                       two files, with languages = ["en", "de"]
    file:pairs.tsv                       one file, with languages = ["en", "de"]
    """

    languages: tuple[str, ...] = Field((), description="languages of the columns or files, in their order")
    names: dict[str, str] = Field({}, description="what {lang}, {source}, {target} become, by language code")
    columns: tuple[int | str, ...] = Field((), description="columns of source and target: numbers from 1, or names")
    format: PartTable = Field(
        "", description="file format where its name does not tell it (tsv, parquet, ...), or a table with `kind`"
    )
    join: bool = Field(False, description="two files of `id<TAB>text` lines, paired by id")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """The requested pairs whose files exist; a single file must say its `languages` when there is a choice.

        `en-de.tsv` and `de-en.tsv` are two texts of the pair.
        """
        found = 0
        for pair in pairs:
            seen: set[Path] = set()
            for order in (pair, pair[::-1]):
                paths = self._paths(order, pairs)
                if paths and seen.isdisjoint(paths) and (self._fixed or all(map(_exists, paths))):
                    yield self._bitext(paths, order, swap=order != pair)
                    seen.update(paths)
                    found += 1
        if not found:
            raise self._nothing(pairs)

    def documents(self, lang: str) -> Iterator[str]:
        """The lines of the file of one language; with `columns`, and in Parquet and JSON lines, one column."""
        path = self._path(self.rest, {"lang": lang})
        ending = self._format(path)
        reader = self._reader(ending if ending in READERS else "tsv")
        if not self.columns and (ending not in READERS or not reader.text_column):
            yield from lines(path)
            return
        column = self.columns[0] if self.columns else "text"
        yield from (row.source for row in reader.read(path, PairColumns((lang, lang), (column, column))))

    def speaks(self, langs: Sequence[str]) -> list[str]:
        """The languages that have a file; without `{lang}` in the URI, those of `languages`."""
        stated = [languages.normalise(code) for code in self.languages] or list(langs)
        if self._fixed:
            return [lang for lang in langs if lang in stated]
        return [lang for lang in langs if lang in stated and _exists(self._path(self.rest, {"lang": lang}))]

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """Every file that exists for one of `pairs`."""
        orders = [order for pair in pairs for order in (pair, pair[::-1])]
        paths = {path for order in orders for path in self._paths(order, pairs)}
        if "{lang}" in self.rest:
            paths |= {self._path(self.rest, {"lang": lang}) for pair in pairs for lang in pair}
        return sorted({archive_of(path) or path for path in paths if _exists(path)})

    def _format(self, path: Path) -> str:
        stated = self.format if isinstance(self.format, str) else str(self.format.get("kind", ""))
        return stated or stem_and_format(path)[1]

    def _reader(self, ending: str) -> Reader:
        return part(READERS, self.format if isinstance(self.format, dict) else ending, f"file:{self.rest}.format")

    @property
    def _fixed(self) -> bool:
        """Whether the URI names its files without placeholders, so that a missing one is a mistake."""
        return "{" not in self.rest

    def _paths(self, pair: LanguagePair, requested: Sequence[LanguagePair]) -> list[Path]:
        """The one or two files of a language pair; none when this source does not hold it in that order."""
        if self._fixed and pair != self._stated(requested):
            return []
        if self.languages and not set(pair) <= set(map(languages.normalise, self.languages)):
            return []
        if "{lang}" in self.rest:
            return [self._path(self.rest, {"lang": lang}) for lang in pair]
        values = {"source": pair[0], "target": pair[1]}
        return [self._path(part, values) for part in self.rest.split("|")]

    def _stated(self, requested: Sequence[LanguagePair]) -> LanguagePair:
        if len(self.languages) == 2:
            source, target = map(languages.normalise, self.languages)
            return source, target
        if len(requested) == 1:
            return requested[0]
        raise UserError(
            f"`file:{self.rest}`: which languages does it hold?", 'add languages = ["en", "de"], in their order'
        )

    def _path(self, pattern: str, values: dict[str, str]) -> Path:
        for name, code in values.items():
            pattern = pattern.replace(f"{{{name}}}", self.names.get(code, code))
        return Path(pattern).expanduser()

    def _bitext(self, paths: list[Path], order: LanguagePair, swap: bool) -> Bitext:
        read = self._rows(paths, PairColumns(order, self.columns))
        rows = partial(_swapped, read) if swap else read
        name = stem_and_format(Path(self.rest.split("|")[0].replace(".{lang}", "").replace("{lang}", "")))[0]
        return Bitext(name, order[::-1] if swap else order, str(paths[0]), rows)

    def _rows(self, paths: list[Path], wanted: PairColumns) -> Callable[[], Iterator[RawPair]]:
        ending = self._format(paths[0])
        if len(paths) == 2:
            pairing = read_sgm if ending in ("sgm", "sgml") else joined if self.join else parallel
            return partial(pairing, *paths)
        if paths[0].suffix in (".zip", ".tar"):
            return partial(_members, paths[0], wanted.languages, self.names)
        if ending not in READERS:
            known = ", ".join(READERS.names())
            message = f"{paths[0]}: cannot tell two languages apart in a `{ending}` file"
            raise DataError(message, f"known formats: {known}; two text files: file:a.en|a.de")
        return partial(self._reader(ending).read, paths[0], wanted)

    def _nothing(self, pairs: Sequence[LanguagePair]) -> DataError:
        wanted = ", ".join("-".join(pair) for pair in pairs)
        tried = [str(path) for pair in pairs for path in self._paths(pair, pairs) if not _exists(path)]
        found = f"; no such file: {tried[0]}" if tried else ""
        return DataError(
            f"`file:{self.rest}` holds none of the language pairs {wanted}{found}", "check the path and `languages`"
        )


class UrlSource(FileSource):
    """`url:https://host/news.{source}-{target}.tsv.gz`: placeholders and options as in `file:`."""

    def _path(self, pattern: str, values: dict[str, str]) -> Path:
        """The downloaded file; a path that does not exist where the server has none."""
        for name, code in values.items():
            pattern = pattern.replace(f"{{{name}}}", self.names.get(code, code))
        try:
            return self.fetcher.file(pattern, own=True)
        except NotFoundError:
            if self._fixed:
                raise
            return Path(pattern)

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded files."""
        return [path for path in super().inputs(pairs) if path.is_absolute()]


def _members(archive: Path, langs: LanguagePair, names: dict[str, str]) -> Iterator[RawPair]:
    """The two text files of an archive whose names end in the languages."""
    yield from parallel(*(member(archive, f".{names.get(lang, lang)}") for lang in langs))


def _exists(path: Path) -> bool:
    archive = archive_of(path)
    return path.relative_to(archive).as_posix() in members(archive) if archive else path.exists()


def _swapped(read: Callable[[], Iterator[RawPair]]) -> Iterator[RawPair]:
    return (RawPair(row.line, row.target, row.source) for row in read())
