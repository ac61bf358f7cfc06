"""Folders that `datasets.save_to_disk` writes: Arrow streams, and a list of them in `state.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from xlalign.bitext.readers.base import PairColumns, Reader
from xlalign.bitext.readers.parquet import DAMAGE, named_columns, texts
from xlalign.bitext.rows import RawPair
from xlalign.errors import DataError, shown


class SavedReader(Reader):
    """Pairs of a saved data set, or of one split of several; columns as in Parquet."""

    text_column: ClassVar[bool] = True

    split: str = Field("train", description="folder of the split, where several were saved together")

    def read(self, path: Path, wanted: PairColumns) -> Iterator[RawPair]:
        """The pairs.

        Raises:
            DataError: no saved data set, a damaged one, or one that lacks the columns.
        """
        import pyarrow as pa

        numbers = count(1)
        try:
            for file in _files(path / self.split if (path / "dataset_dict.json").is_file() else path):
                with pa.memory_map(str(file)) as mapped, pa.ipc.open_stream(mapped) as stream:
                    names = named_columns(file, stream.schema, wanted)
                    for batch in stream:
                        sources, targets = (texts(batch, name, file) for name in names)
                        for source, target in zip(sources, targets, strict=True):
                            yield RawPair(next(numbers), source or "", target or "")
        except (pa.ArrowException, OSError, *DAMAGE) as error:
            message = f"{path}: not a readable folder of save_to_disk ({shown(str(error))[:300]})"
            raise DataError(message, "save it again with this version of `datasets`") from error


def _files(folder: Path) -> list[Path]:
    state: Any = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    if state.get("_indices_files") or state.get("_indices_data_files"):
        raise DataError(f"{folder}: a selection of rows", "call `flatten_indices()` before `save_to_disk`")
    names = [str(entry["filename"]) for entry in state["_data_files"]]
    if any(Path(name).name != name for name in names):
        raise DataError(f"{folder}/state.json: a file outside of the folder")
    return [folder / name for name in names]
