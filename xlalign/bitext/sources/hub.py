"""`hf:` Parquet data sets of the Hugging Face hub, read file by file at a pinned revision, or folders of such data.

No loading script is ever run: a repository that has nothing else is refused, as the `datasets` library does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from pydantic import Field

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.readers import READERS
from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.parquet import ParquetReader
from xlalign.bitext.readers.saved import SavedReader
from xlalign.bitext.rows import LanguagePair, RawPair
from xlalign.bitext.sources.base import Bitext, TextSource, shown_uri
from xlalign.bitext.sources.hub_folder import ENDINGS, HubFolder
from xlalign.errors import DataError, UserError

HUB = "https://huggingface.co"
CONVERTED = "refs/convert/parquet"


class HubSource(TextSource):
    """`hf:Helsinki-NLP/opus-100/de-en@main`: repository, optional configuration, optional revision; or a folder.

    hf:Helsinki-NLP/opus-100           every configuration named like a language pair
    hf:Helsinki-NLP/opus-100/de-en     one configuration
    hf:./opus-100                      a clone or download of a repository (Parquet, JSON lines, CSV; README.md)
    hf:./saved                         what `datasets.save_to_disk` wrote
    """

    split: str = Field("train", description="part of the data")
    columns: tuple[int | str, ...] = Field(
        (), description='columns of source and target, such as ["translation.en", ...]'
    )
    languages: tuple[str, ...] = Field((), description="languages, where neither configuration nor columns tell them")
    text: str = Field("text", description="column of monolingual text")

    def bitexts(self, pairs: Sequence[LanguagePair]) -> Iterator[Bitext]:
        """Those of `pairs` for which the repository has files of this split."""
        found = [(pair, files) for pair in self._served(pairs) if (files := self._files(pair))]
        if not found:
            wanted = ", ".join("-".join(pair) for pair in pairs)
            if self.is_local:
                self._refuse(wanted)
            message = f"`hf:{self.rest}` has no Parquet files of split `{self.split}` for {wanted}"
            raise DataError(
                message, f"see {HUB}/datasets/{self._repository} and name the configuration: hf:repo/config"
            )
        for pair, files in found:
            rows, folder = partial(self._rows, pair, files), self._folder
            if folder:
                yield Bitext(folder.path.name, pair, shown_uri(f"hf:{self.rest}"), rows, folder.licence)
            else:
                name = self._repository.rpartition("/")[2]
                yield Bitext(name, pair, f"hf:{self.rest}", rows, self._info()["licence"])

    def documents(self, lang: str) -> Iterator[str]:
        """The text column of the files of one language (its code as configuration, unless the URI names one)."""
        names = [lang, ""] if self._folder else [self._config or lang]
        for path in map(self._fetch, self._choose(names)):
            columns = PairColumns((lang, lang), (self.text, self.text))
            yield from (row.source for row in self._reader(path).read(path, columns))

    def inputs(self, pairs: Sequence[LanguagePair]) -> list[Path]:
        """The downloaded files, or those of the folder."""
        found = [self._fetch(file) for pair in self._served(pairs) for file in self._files(pair)]
        return list(dict.fromkeys(found))

    @property
    def is_local(self) -> bool:
        """Whether a folder is named, be it there or not: `./x`, `~/x`, `/x`, or one that is there."""
        return self.rest.startswith((".", "~", "/")) or self._folder is not None

    @property
    def _folder(self) -> HubFolder | None:
        path = Path(self.rest).expanduser()
        return HubFolder(path) if self.rest and path.is_dir() else None

    def _refuse(self, wanted: str) -> NoReturn:
        if not self._folder:
            raise DataError(f"`hf:{self.rest}`: no such folder", "check the path; a repository is hf:OWNER/NAME")
        message = f"`hf:{self.rest}` has no data of split `{self.split}` for {wanted}"
        raise DataError(message, f'known formats: {", ".join(ENDINGS)}, save_to_disk; say which: split = "NAME"')

    def _served(self, pairs: Sequence[LanguagePair]) -> list[LanguagePair]:
        """With stated languages only that pair; a configuration named like a pair stands for that pair."""
        for pair in pairs:
            names = {"-".join(pair), "-".join(pair[::-1])}
            if set(self.languages) == set(pair) or self._config in names:
                return [pair]
        return [] if self.languages else list(pairs)

    @property
    def _parts(self) -> tuple[str, str]:
        name, _, revision = self.rest.partition("@")
        return name, revision or "main"

    @property
    def _repository(self) -> str:
        parts = self._parts[0].split("/")
        if len(parts) not in (2, 3) or not all(parts):
            raise UserError(f"`hf:{self.rest}`: wanted hf:OWNER/NAME[/CONFIG][@REVISION]")
        return "/".join(parts[:2])

    @property
    def _config(self) -> str:
        if self.is_local:
            return ""
        return "/".join(self._parts[0].split("/")[2:])

    def _info(self) -> dict[str, Any]:
        """Commit, files and licence of the repository; of its converted branch where it holds a script alone."""
        repository, revision = self._repository, self._parts[1]
        return self.fetcher.resolve(f"hf:{repository}@{revision}", lambda: _ask(self.fetcher, repository, revision))

    def _files(self, pair: LanguagePair) -> list[str]:
        names = [self._config] if self._config else ["-".join(pair), "-".join(pair[::-1])]
        if self.is_local:
            return self._choose([*names, ""])
        return self._choose(names) or ([] if self._config else self._choose([""]))

    def _choose(self, configs: Sequence[str]) -> list[str]:
        """The files of the first configuration that has any of this split."""
        if self.is_local:
            return [str(path) for path in (self._folder.choose(configs, self.split) if self._folder else ())]
        for config in configs:
            files = [file for file in self._info()["files"] if _matches(file, config, self.split)]
            if files:
                return sorted(files)
        return []

    def _fetch(self, file: str) -> Path:
        if self.is_local:
            return Path(file)
        info = self._info()
        url = f"{HUB}/datasets/{self._repository}/resolve/{info['commit']}/{quote(file)}"
        return self.fetcher.file(url, sha256=info["files"][file] or None, licence=info["licence"])

    def _rows(self, pair: LanguagePair, files: list[str]) -> Iterator[RawPair]:
        for path in map(self._fetch, files):
            yield from self._reader(path).read(path, PairColumns(pair, self.columns))

    def _reader(self, path: Path) -> Reader:
        if not self._folder:
            return ParquetReader()
        if path.is_dir():
            return SavedReader(split=self.split)
        return READERS.get(self._folder.format(path))()


def _matches(file: str, config: str, split: str) -> bool:
    """Whether a path such as `de-en/train-00000-of-00001.parquet` is of the configuration and split."""
    folder, _, name = file.rpartition("/")
    folders = folder.split("/")
    in_split = name.startswith((f"{split}-", f"{split}.")) or split in folders
    in_config = config in folders if config else folder in ("", "data", split)
    return in_split and in_config


def _ask(fetcher: Fetcher, repository: str, revision: str) -> dict[str, Any]:
    answer = fetcher.ask(f"{HUB}/api/datasets/{repository}/revision/{quote(revision, safe='')}?blobs=true")
    try:
        names = {item["rfilename"]: (item.get("lfs") or {}).get("sha256", "") for item in answer["siblings"]}
        commit, card = str(answer["sha"]), answer.get("cardData") or {}
    except (KeyError, TypeError) as error:
        raise DataError(f"hf:{repository}: an unexpected answer of the hub ({error!r})", "try again later") from error
    files = {name: digest for name, digest in names.items() if name.endswith(".parquet")}
    if not files and revision != CONVERTED:
        return _without_parquet(repository, list(names))
    if any("/partial-" in name for name in files):
        files = {name: digest for name, digest in files.items() if "/partial-" not in name}
        if not files:
            raise DataError(f"hf:{repository}: its converted files are only the beginning of the data")
    return {"commit": commit, "files": files, "licence": str(card.get("license", ""))}


def _without_parquet(repository: str, names: list[str]) -> dict[str, Any]:
    script = next((name for name in names if name.endswith(".py")), None)
    if script is None:
        kinds = ", ".join(sorted({name.rpartition(".")[2] for name in names if "." in name})[:6])
        hint = f"name single files: url:{HUB}/datasets/{repository}/resolve/main/FILE"
        raise DataError(f"hf:{repository} has no Parquet files (it has: {kinds})", hint)
    message = f"hf:{repository} is loaded by a script ({script}), which is never run"
    raise DataError(message, f"if the hub has converted it: hf:{repository}/CONFIG@{CONVERTED}; else opus: or url:")
