"""Task data from the hub: Parquet files of one configuration at a pinned commit.

A commit never changes, so files that are in the local cache are used without asking the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from xlalign.errors import DataError
from xlalign.evaluation.data.schemes import DataScheme, evenly_spread, filled
from xlalign.evaluation.kinds.base import Example, RawExample
from xlalign.evaluation.tasks.base import HubData, Task
from xlalign.evaluation.tasks.languages import fill

_SHARD = re.compile(r"-of-(\d+)\.parquet$")


class HubScheme(DataScheme):
    """`hub:`: the data set and commit that a task's row names."""

    def __str__(self) -> str:
        return "hub:"

    def load(self, task: Task, lang: str, split: str, count: int) -> list[Example]:
        """Read all of a language, take `count` evenly spread over them.

        Raises:
            DataError: the task is not on the hub; hub and cache lack the commit, configuration, split or column; or a
                label is unknown.
        """
        if task.hub is None or split not in task.hub.splits:
            raise DataError(f"{task.name} has no {split} data on the hub", "use data = 'folder:PATH'")
        dataset = _dataset(task.hub, lang, split)
        _check_columns(task.hub, dataset.column_names)
        rows = _renamed(task.hub, _of_language(task.hub, dataset, lang))
        raw = (RawExample(f"{task.name} on the hub, row {number}", row) for number, row in enumerate(rows))
        return evenly_spread(filled(task.handler.read_all(raw, task.label_set), self, task, lang, split), count)

    def has(self, task: Task, lang: str, split: str) -> bool:
        """Whether the task's row names such a split."""
        return task.hub is not None and split in task.hub.splits

    def pins(self, task: Task, lang: str, split: str) -> Iterator[tuple[str, str]]:
        """Data set and commit."""
        if task.hub:
            yield f"data.{task.name}", f"{task.hub.dataset}@{task.hub.revision}"


def parquet_files(dataset: str, revision: str, config: str, split: str) -> list[Path]:
    """The Parquet files of a split, from the local cache or else from the hub.

    Raises:
        DataError: they cannot be had.
    """
    pattern = f"{config}/{split}-*.parquet"
    files = _complete(_snapshot(dataset, revision, pattern, local=True), pattern)
    # The network is asked only when a shard is missing here; a commit never changes.
    files = files or _complete(_snapshot(dataset, revision, pattern, local=False), pattern)
    if not files:
        raise DataError(
            f"{dataset} at {revision[:8]} has no Parquet files {pattern}",
            "a data set that is a script cannot be read: use data = 'folder:PATH'",
        )
    return files


def _snapshot(dataset: str, revision: str, pattern: str, *, local: bool) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                dataset, repo_type="dataset", revision=revision, allow_patterns=pattern, local_files_only=local
            )
        )
    except LocalEntryNotFoundError as error:
        if local:
            return None
        raise DataError(
            f"{dataset} at {revision[:8]} is not in the cache, and the hub is out of reach", _HINT
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{dataset} at {revision[:8]}: {type(error).__name__}: {error}", _HINT) from error


_HINT = "connect once (files are cached in HF_HOME), or use data = 'folder:PATH'"


def _complete(folder: Path | None, pattern: str) -> list[Path]:
    """All shards of a split, or nothing when one is missing."""
    files = sorted(folder.glob(pattern)) if folder else []
    shards = {int(found[1]) for file in files if (found := _SHARD.search(file.name))}
    # Shards 0 and 2 of 3 lie there after a broken download: two files, and they say 3.
    return files if shards == {len(files)} else []


def _dataset(hub: HubData, lang: str, split: str) -> Any:
    from datasets import Dataset

    config = fill(hub.configs.get(split, hub.config), lang, split)
    files = parquet_files(hub.dataset, hub.revision, config, hub.splits[split])
    return Dataset.from_parquet([str(file) for file in files])


def _check_columns(hub: HubData, found: Iterable[str]) -> None:
    wanted = {*hub.columns.values(), *hub.where}
    if missing := sorted(wanted - set(found)):
        raise DataError(
            f"{hub.dataset} at {hub.revision[:8]} has no column {', '.join(missing)}; found: {', '.join(found)}"
        )


def _of_language(hub: HubData, dataset: Any, lang: str) -> Any:
    """The rows whose column starts as the task's `where` says (several languages in one configuration)."""
    for column, pattern in hub.where.items():
        start = fill(pattern, lang, "").lower()
        keep = [row for row, value in enumerate(dataset[column]) if str(value).lower().startswith(start)]
        dataset = dataset.select(keep)
    return dataset


def _renamed(hub: HubData, dataset: Any) -> Iterable[dict[str, Any]]:
    """Rows under our names, integer labels as strings."""
    for row in dataset:
        yield {ours: _text(dataset.features[theirs], row[theirs], hub.labels) for ours, theirs in hub.columns.items()}


def _text(feature: Any, value: Any, labels: tuple[str, ...]) -> Any:
    feature = getattr(feature, "feature", feature)
    if isinstance(value, list):
        return [_text(feature, one, labels) for one in value]
    if not isinstance(value, int):
        return value
    if hasattr(feature, "int2str"):
        return feature.int2str(value)
    return labels[value] if labels else str(value)
