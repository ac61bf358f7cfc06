"""Task data from the hub at a pinned revision, through `datasets`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from xlalign.errors import DataError
from xlalign.evaluation.data.languages import fill
from xlalign.evaluation.tasks.base import Example, Hub, Task

_SCRIPT = "Dataset scripts are no longer supported"


def examples(task: Task, lang: str, split: str) -> list[Example]:
    """All examples of a task in one language and split.

    Raises:
        DataError: the task is not on the hub, the hub or its cache has no such revision, configuration, split or
            column, or a label is unknown.
    """
    if task.hub is None or split not in task.hub.splits:
        raise DataError(f"{task.name} has no {split} data on the hub", "use data = 'folder:PATH'")
    dataset = _dataset(task.hub, lang, split)
    _check_columns(task.hub, dataset.column_names)
    rows = _of_language(task.hub, dataset, lang)
    read = _READERS[task.kind]
    return [read(task, row, number) for number, row in enumerate(_renamed(task.hub, dataset, rows))]


def _dataset(hub: Hub, lang: str, split: str) -> Any:
    from datasets import load_dataset

    config = fill(hub.configs.get(split, hub.config), lang, split)
    name = f"{hub.dataset} ({config}, {hub.splits[split]}) at {hub.revision[:8]}"
    try:
        return load_dataset(hub.dataset, config, revision=hub.revision, split=hub.splits[split])
    except RuntimeError as error:
        if _SCRIPT not in str(error):
            raise
        raise DataError(f"{name} is a script, which datasets 4 refuses", "use data = 'folder:PATH'") from error
    except Exception as error:
        hint = "is the network there, or the data set in the cache (HF_HOME)? else use data = 'folder:PATH'"
        raise DataError(f"{name}: {type(error).__name__}: {error}", hint) from error


def _check_columns(hub: Hub, found: Iterable[str]) -> None:
    wanted = {*hub.columns.values(), *hub.where}
    if missing := sorted(wanted - set(found)):
        raise DataError(
            f"{hub.dataset} at {hub.revision[:8]} has no column {', '.join(missing)}; found: {', '.join(found)}"
        )


def _of_language(hub: Hub, dataset: Any, lang: str) -> Any:
    """The rows whose column starts as the task's `where` says (several languages in one configuration)."""
    for column, pattern in hub.where.items():
        start = fill(pattern, lang, "").lower()
        keep = [row for row, value in enumerate(dataset[column]) if str(value).lower().startswith(start)]
        dataset = dataset.select(keep)
    return dataset


def _renamed(hub: Hub, dataset: Any, rows: Any) -> Iterable[dict[str, Any]]:
    """Rows under our names, integer labels as strings."""
    for row in rows:
        yield {ours: _text(dataset.features[theirs], row[theirs], hub.labels) for ours, theirs in hub.columns.items()}


def _text(feature: Any, value: Any, labels: tuple[str, ...]) -> Any:
    feature = getattr(feature, "feature", feature)
    if isinstance(value, list):
        return [_text(feature, one, labels) for one in value]
    if isinstance(value, int):
        return feature.int2str(value) if hasattr(feature, "int2str") else labels[value] if labels else str(value)
    return value


def _pair(task: Task, row: Mapping[str, Any], number: int) -> Example:
    _known(task, number, [row["label"]])
    return {"id": str(number), **row}


def _tagged(task: Task, row: Mapping[str, Any], number: int) -> Example:
    _known(task, number, row["tags"])
    return {"id": str(number), **row}


def _question(task: Task, row: Mapping[str, Any], number: int) -> Example:
    texts, starts = row["answers"]["text"], row["answers"].get("answer_start", row["answers"].get("start"))
    return {**row, "answers": [{"text": t, "start": s} for t, s in zip(texts, starts, strict=True)]}


def _sentences(task: Task, row: Mapping[str, Any], number: int) -> Example:
    return {"id": str(number), **row}


def _known(task: Task, number: int, labels: Iterable[str]) -> None:
    for label in labels:
        if task.labels and label not in task.labels:
            raise DataError(f"{task.name} on the hub, row {number}: label `{label}`; wanted {', '.join(task.labels)}")


_READERS: dict[str, Callable[[Task, Mapping[str, Any], int], Example]] = {
    "classification": _pair,
    "tagging": _tagged,
    "qa": _question,
    "retrieval": _sentences,
}
