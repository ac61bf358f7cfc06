"""`file:` text on this machine, in any of the formats of `xlalign.bitext.readers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path

from pydantic import Field

from xlalign.bitext import languages
from xlalign.bitext.readers import READERS
from xlalign.bitext.readers.archive import archive_of, member, members
from xlalign.bitext.readers.lines import lines, stem_and_format
from xlalign.bitext.readers.request import Request
from xlalign.bitext.readers.sgm import read_sgm
from xlalign.bitext.sources.base import Bitext, LanguagePair, Row, Source
from xlalign.errors import DataError, UserError


class FileSource(Source):
    """Two line-parallel text files, two `id<TAB>text` files, or one file that holds both languages.

    file:train.{lang}.gz                 two files, for every language pair that has both
    file:news.{source}-{target}.tsv      one file a language pair, in either order of the languages
    file:a.en|a.de                       two files, with languages = ["en", "de"]
    file:pairs.tsv                       one file, with languages = ["en", "de"]
    """

    languages: tuple[str, ...] = Field((), description="languages of the columns or files, in their order")
    names: dict[str, str] = Field({}, description="what {lang}, {source}, {target} become, by language code")
    columns: tuple[int | str, ...] = Field((), description="columns of source and target: numbers from 1, or names")
    format: str = Field("", description="file format, where the name does not tell it (tsv, parquet, ...)")
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
        ending = self.format or stem_and_format(path)[1]
        if not self.columns and ending not in ("parquet", "jsonl", "json"):
            yield from lines(path)
            return
        column = self.columns[0] if self.columns else "text"
        read = READERS.get(ending if ending in READERS else "tsv")
        yield from (row.source for row in read(path, Request((lang, lang), (column, column))))

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
        read = self._rows(paths, Request(order, self.columns))
        rows = partial(_swapped, read) if swap else read
        name = stem_and_format(Path(self.rest.split("|")[0].replace(".{lang}", "").replace("{lang}", "")))[0]
        return Bitext(name, order[::-1] if swap else order, str(paths[0]), rows)

    def _rows(self, paths: list[Path], request: Request) -> Callable[[], Iterator[Row]]:
        ending = self.format or stem_and_format(paths[0])[1]
        if len(paths) == 2:
            pairing = read_sgm if ending in ("sgm", "sgml") else join if self.join else parallel
            return partial(pairing, *paths)
        if paths[0].suffix in (".zip", ".tar"):
            return partial(_members, paths[0], request.languages, self.names)
        if ending not in READERS:
            known = ", ".join(READERS.names())
            message = f"{paths[0]}: cannot tell two languages apart in a `{ending}` file"
            raise DataError(message, f"known formats: {known}; two text files: file:a.en|a.de")
        return partial(READERS.get(ending), paths[0], request)

    def _nothing(self, pairs: Sequence[LanguagePair]) -> DataError:
        wanted = ", ".join("-".join(pair) for pair in pairs)
        tried = [str(path) for pair in pairs for path in self._paths(pair, pairs) if not _exists(path)]
        found = f"; no such file: {tried[0]}" if tried else ""
        return DataError(
            f"`file:{self.rest}` holds none of the language pairs {wanted}{found}", "check the path and `languages`"
        )


def _members(archive: Path, langs: LanguagePair, names: dict[str, str]) -> Iterator[Row]:
    """The two text files of an archive whose names end in the languages."""
    yield from parallel(*(member(archive, f".{names.get(lang, lang)}") for lang in langs))


def _exists(path: Path) -> bool:
    archive = archive_of(path)
    return path.relative_to(archive).as_posix() in members(archive) if archive else path.exists()


def _swapped(read: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    return (Row(row.line, row.target, row.source) for row in read())


def parallel(source: Path, target: Path) -> Iterator[Row]:
    """Line n of one file with line n of the other.

    Raises:
        DataError: the files have different numbers of lines.
    """
    others = lines(target)
    number = 0
    for number, (one, other) in enumerate(zip_longest(lines(source), others), 1):
        if one is None or other is None:
            raise _unequal(source, target)
        yield Row(number, one, other)


def _unequal(source: Path, target: Path) -> DataError:
    counts = [sum(1 for _ in lines(path)) for path in (source, target)]
    message = f"{source} has {counts[0]:,} lines, {target} has {counts[1]:,}: line n must translate line n"
    return DataError(message, "export both again, splitting lines on \\n only; files with ids need join = true")


def join(source: Path, target: Path) -> Iterator[Row]:
    """Lines `id<TAB>text` of two files that have the same id, in the order of the first file.

    Raises:
        DataError: a line without a tab, an id twice in one file, or no id in common.
    """
    texts = {key: text for _, key, text in _keyed(target)}
    found = 0
    for number, key, text in _keyed(source):
        if key in texts:
            found += 1
            yield Row(number, text, texts[key])
    if not found:
        raise DataError(f"{source} and {target} have no id in common", "the first column of both must hold the id")


def _keyed(path: Path) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    for number, line in enumerate(lines(path), 1):
        key, tab, text = line.partition("\t")
        if not line.strip():
            continue
        if not tab:
            raise DataError(f"{path}:{number}: no tab, wanted `id<TAB>text`", "without ids, leave out `join`")
        if key in seen:
            raise DataError(f"{path}:{number}: id `{key}` for the second time", "ids must be unique within a file")
        seen.add(key)
        yield number, key, text
