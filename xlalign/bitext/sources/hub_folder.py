"""A data set of the hub as a folder on this machine: cloned, downloaded, or written by `datasets`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.bitext.readers.lines import stem_and_format
from xlalign.errors import DataError, shown

ENDINGS = ("parquet", "jsonl", "json", "csv", "tsv")
SPLITS = ("train", "validation", "valid", "dev", "test")
SAVED = ("state.json", "dataset_dict.json")
README = "README.md"


class HubFolder(NamedTuple):
    """Its files by configuration and split: as README.md says, else by the names of files and folders."""

    path: Path

    def choose(self, configs: Sequence[str], split: str) -> list[Path]:
        """The files of a split, of the first configuration that has any ("" = files outside of configurations)."""
        if any((self.path / name).is_file() for name in SAVED):
            return [self.path]
        for config in configs:
            stated = self._stated.get(config)
            if stated is not None:
                found = {path for pattern in stated.get(split, ()) for path in self.path.glob(pattern)}
            else:
                found = {path for path in self._files if self._matches(path, config, split)}
            if found:
                return sorted(found)
        return []

    def format(self, path: Path) -> str:
        """The name of a file's reader."""
        return "saved" if path.is_dir() else stem_and_format(path)[1]

    @property
    def licence(self) -> str:
        """As README.md states it."""
        found = self._card.get("license", "")
        return ", ".join(map(str, found)) if isinstance(found, list) else str(found or "")

    @property
    def _files(self) -> list[Path]:
        return [path for path in sorted(self.path.rglob("*")) if path.is_file() and self.format(path) in ENDINGS]

    def _matches(self, path: Path, config: str, split: str) -> bool:
        """`de-en/train-00000-of-00001.parquet` by its folders and name; files of no split at all are `train`."""
        *folders, name = path.relative_to(self.path).parts
        named = [each for each in SPLITS if name.startswith((f"{each}-", f"{each}.", f"{each}_")) or each in folders]
        outside = all(folder in ("data", *SPLITS) for folder in folders)
        return (config in folders if config else outside) and (split in named if named else split == "train")

    @property
    def _stated(self) -> Mapping[str, Mapping[str, list[str]]]:
        """configuration -> split -> patterns, as `configs` of README.md has them; "" is the default one."""
        return dict(_configurations(self._card.get("configs") or ()))

    @property
    def _card(self) -> dict[str, Any]:
        """The YAML between the first two lines `---` of README.md; empty where there is none."""
        from huggingface_hub.repocard import metadata_load

        if not (self.path / README).is_file():
            return {}
        try:
            return dict(metadata_load(self.path / README) or {})
        except Exception as error:  # a YAML parser's own kinds, and ValueError
            raise DataError(f"{self.path / README}: its head is not YAML ({shown(str(error))[:200]})") from None


def _configurations(configs: Sequence[Any]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    for entry in configs:
        files = entry.get("data_files", ())
        # `data_files: de-en/*.parquet` is train; else a list of {split: ..., path: one or several patterns}.
        rows = files if isinstance(files, list) and all(isinstance(row, dict) for row in files) else None
        splits: dict[str, list[str]] = {}
        for row in [{"split": "train", "path": files}] if rows is None else rows:
            paths = row.get("path", ())
            splits.setdefault(str(row.get("split", "train")), []).extend([paths] if isinstance(paths, str) else paths)
        name = str(entry.get("config_name", "default"))
        yield ("" if name == "default" or entry.get("default") else name), splits
