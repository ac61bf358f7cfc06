"""The rows of `xlalign list`, from the same tables that the stages use; torch comes with families and kinds only."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlalign.registry import Registry


Rows = list[dict[str, str]]


def registered(module: str, table: str) -> Callable[[], Rows]:
    """Rows of a registry: name and the first line of what it says of itself."""

    def rows() -> Rows:
        registry: Registry[object] = getattr(import_module(module), table)
        return [{"name": name, "what": _summary(registry.get(name))} for name in registry]

    return rows


def presets() -> Rows:
    """Pretraining recipes with paper, needs and cost (sentences encoded for each pair or document)."""
    from xlalign.objectives.presets import catalogue

    return catalogue()


def tasks() -> Rows:
    """Evaluation tasks with metric, languages and licence."""
    from xlalign.evaluation.tasks import TASKS

    loaded = [(name, TASKS.get(name)) for name in TASKS]
    return [
        {
            "name": name,
            "kind": task.kind,
            "metric": task.metric,
            "languages": str(len(task.languages)),
            "licence": task.license,
        }
        for name, task in loaded
    ]


def families() -> Rows:
    """Families of encoders by model type: how their rows are run, and which tokens their head predicts."""
    from xlalign.modeling.families import FAMILIES

    loaded = [(name, FAMILIES.get(name)) for name in FAMILIES]
    rows = {True: "packed, where the probe finds the stock states", False: "padded"}
    return [{"name": name, "rows": rows[family.packed], "predicts": family.predicts or "-"} for name, family in loaded]


def pipelines() -> Rows:
    """Built-in pipeline files."""
    from xlalign.config.load import read_toml
    from xlalign.stages.pipeline import builtin_files

    return [{"name": name, "what": str(read_toml(path).get("title", ""))} for name, path in builtin_files().items()]


def _summary(item: object) -> str:
    if isinstance(item, partial):
        return f"{_summary(item.func)} ({', '.join(map(str, item.args))})"
    text = inspect.getdoc(item) or inspect.getdoc(inspect.getmodule(item)) or ""
    return text.splitlines()[0] if text else ""


CATALOGUES: dict[str, Callable[[], Rows]] = {
    "presets": presets,
    "tasks": tasks,
    "sources": registered("xlalign.bitext.sources", "SOURCES"),
    "transforms": registered("xlalign.bitext.transforms", "TRANSFORMS"),
    "readers": registered("xlalign.bitext.readers", "READERS"),
    "filters": registered("xlalign.bitext.filters", "FILTERS"),
    "aligners": registered("xlalign.alignment", "ALIGNERS"),
    "objectives": registered("xlalign.objectives", "OBJECTIVES"),
    "families": families,
    "kinds": registered("xlalign.evaluation.kinds", "KINDS"),
    "initialisations": registered("xlalign.modeling.vocabulary.initialisation", "INITIALISATIONS"),
    "pipelines": pipelines,
}
