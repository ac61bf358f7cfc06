"""`opus:` the corpora of OPUS (https://opus.nlpl.eu), Moses files in zip archives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.readers.archive import Member, member, members
from xlalign.bitext.readers.lines import lines
from xlalign.bitext.readers.two_files import parallel
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources.base import Bitext, Listed, TextSource
from xlalign.errors import DataError, XlalignError

API = "https://opus.nlpl.eu/opusapi/"
INFO = "https://raw.githubusercontent.com/Helsinki-NLP/OPUS/main/corpus/{corpus}/info.yaml"
_LICENCE = re.compile(r"^licen[cs]e: *(?:[>|][-+]?\n)?(.+(?:\n +.+)*)", re.MULTILINE)
_TAG = re.compile(r"<[^<>]*>")


class OpusSource(TextSource):
    """`opus:Books@v1`; without a version the latest, which xlalign.lock then pins."""

    names: dict[str, str] = Field({}, description='OPUS codes by our language code, such as { zh = "zh_CN" }')

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """Those of `pairs` that the corpus has."""
        found = [(pair, answer) for pair in pairs if (answer := self._answer(pair))]
        if not found:
            wanted = ", ".join("-".join(pair) for pair in pairs)
            hint = f"see what there is: xlalign list corpora {'-'.join(pairs[0])}"
            raise DataError(f"`opus:{self.rest}` has none of the language pairs {wanted}", hint)
        for pair, answer in found:
            yield self._bitext(pair, answer)

    def documents(self, lang: str) -> Iterator[str]:
        """The monolingual text of the corpus in one language."""
        code = self.names.get(lang, lang)
        answer = self.fetcher.resolve(f"opus:{self.rest} {code}", lambda: self._find(source=code, preprocessing="mono"))
        if not answer:
            raise DataError(f"`opus:{self.rest}` has no monolingual text in `{lang}`")
        yield from lines(self.fetcher.file(answer["url"]))

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded archives."""
        return [self._archive(answer) for pair in pairs if (answer := self._answer(pair))]

    def _codes(self, pair: LanguagePair) -> list[str]:
        """OPUS has each pair once, its codes in alphabetical order."""
        return sorted(self.names.get(lang, lang) for lang in pair)

    def _answer(self, pair: LanguagePair) -> dict[str, Any]:
        source, target = self._codes(pair)
        query = f"opus:{self.rest} {source}-{target}"
        return self.fetcher.resolve(query, lambda: self._find(source=source, target=target, preprocessing="moses"))

    def _find(self, **query: str) -> dict[str, Any]:
        """The first matching row of the API's answer; empty when there is none."""
        corpus, _, version = self.rest.partition("@")
        wanted = {"corpus": corpus, **query} | ({"version": version} if version else {})
        for row in _rows(self.fetcher, {"version": "latest", **wanted}):
            if all(row.get(name, "") == value for name, value in wanted.items()):
                return {name: row[name] for name in ("url", "version", "alignment_pairs", "size") if name in row}
        return {}

    def _archive(self, answer: dict[str, Any]) -> Path:
        """The archive; the first line of its licence goes to the lock file."""
        path = self.fetcher.file(answer["url"])
        licence = next((name for name in members(path) if name.rpartition("/")[2] == "LICENSE"), None)
        if licence:
            first = next((line.strip() for line in lines(Member(path, licence)) if line.strip()), "")
            self.fetcher.file(answer["url"], licence=first[:200])
        return path

    def _bitext(self, pair: LanguagePair, answer: dict[str, Any]) -> Bitext:
        name = f"{self.rest.partition('@')[0]}-{answer['version']}"
        archive = self._archive(answer)
        licence = (self.fetcher.lock.file(answer["url"]) or {}).get("licence", "")
        return Bitext(name, pair, answer["url"], partial(self._rows, pair, archive), licence)

    def _rows(self, pair: LanguagePair, archive: Path) -> Iterator[RawPair]:
        yield from parallel(*(member(archive, f".{self.names.get(lang, lang)}") for lang in pair))

    @classmethod
    def listed(cls, languages: tuple[str, ...], fetcher: Fetcher) -> list[Listed]:
        """Every corpus in its latest version, with the licence that OPUS states for it."""
        query = dict(zip(("source", "target"), sorted(languages), strict=False))
        kind = "moses" if len(languages) == 2 else "mono"
        rows = _rows(fetcher, {**query, "preprocessing": kind, "version": "latest"}, keep=True)
        licences = _licences(fetcher, [str(row["corpus"]) for row in rows])
        return [_listed(row, languages, licences[str(row["corpus"])]) for row in rows]


def _licences(fetcher: Fetcher, corpora: Sequence[str]) -> dict[str, str]:
    """What OPUS states of each corpus; empty where it states nothing or does not answer."""

    def ask(corpus: str) -> str:
        try:
            found = _LICENCE.search(fetcher.text(INFO.format(corpus=corpus), keep=True, attempts=1))
        except XlalignError:
            return ""
        stated = " ".join(_TAG.sub("", found[1]).strip("'\" ").split()) if found else ""
        return "" if stated == "empty" else stated

    with ThreadPoolExecutor(8) as pool:
        return dict(zip(corpora, pool.map(ask, corpora), strict=True))


def _rows(fetcher: Fetcher, query: dict[str, str], keep: bool = False) -> list[dict[str, Any]]:
    answer = fetcher.ask(f"{API}?{urlencode(query)}", keep)
    rows = answer.get("corpora") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and {"corpus", "version"} <= set(row) for row in rows
    ):
        raise DataError(f"{API}: an answer without `corpora`", "the service may have changed; a mirror can stand in")
    return rows


def _listed(row: dict[str, Any], languages: tuple[str, ...], licence: str) -> Listed:
    pairs, tokens, kibibytes = (_number(row, name) for name in ("alignment_pairs", "source_tokens", "size"))
    return Listed(f"opus:{row['corpus']}@{row['version']}", languages, pairs, tokens, 1024 * kibibytes, licence)


def _number(row: dict[str, Any], name: str) -> int:
    return int(row[name]) if str(row.get(name, "")).isdigit() else 0
