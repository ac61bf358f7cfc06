"""Why a stage runs again: the difference between its hashed JSON and the nearest earlier one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from xlalign.artifacts.digest import canonical, digest
from xlalign.artifacts.manifest import Manifest
from xlalign.artifacts.runs import records
from xlalign.artifacts.store import Store

SHOWN = 40
"""Characters of a value in a line."""

ANOTHER = 8
"""An artifact of the same name that differs in more fields than this is another project's."""

_DIGEST = re.compile("[0-9a-f]{64}")


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested JSON as dotted leaves: `{"a": {"b": 1}, "c": [{"d": 2}]}` becomes `{"a.b": 1, "c[0].d": 2}`.

    Lists of plain values are leaves.
    """
    if isinstance(value, dict):
        named = ((f"{prefix}.{key}" if prefix else str(key), item) for key, item in value.items())
    elif isinstance(value, list | tuple) and any(isinstance(item, dict | list | tuple) for item in value):
        named = ((f"{prefix}[{i}]", item) for i, item in enumerate(value))
    else:
        return {prefix: value}
    return {name: leaf for key, item in named for name, leaf in flatten(item, key).items()}


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """One line per leaf that differs, e.g. `temperature 0.1 -> 0.05`, `languages + "ru"`, `input bitext changed`."""
    before, after = flatten(old), flatten(new)
    changed = {name for name in before if name in after and canonical(before[name]) != canonical(after[name])}
    return [_line(name, before, after) for name in sorted(changed | (before.keys() ^ after.keys()))]


def _line(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    kind, _, rest = name.partition(".")
    old, new = before.get(name), after.get(name)
    if kind == "inputs":
        return f"input {rest} changed"
    if kind == "pins" and any(isinstance(value, str) and _DIGEST.fullmatch(value) for value in (old, new)):
        change = "changed" if name in before and name in after else "is new" if name in after else "is gone"
        return f"{PurePath(rest).name} {change}"
    label = rest if kind == "settings" else name
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return f"{label} {_elements(list(old), list(new))}"
    start = _common(old, new) if isinstance(old, str) and isinstance(new, str) else 0
    return f"{label} {_show(before, name, start)} -> {_show(after, name, start)}"


def _elements(old: list[Any], new: list[Any]) -> str:
    """What came (+) and went (-); ["en", "de"] and ["en", "ru"] differ by `+ "ru" - "de"`."""
    signed = [("+", item) for item in new if item not in old] + [("-", item) for item in old if item not in new]
    return _cut(" ".join(f"{sign} {canonical(item)}" for sign, item in signed)) or "in another order"


def _common(old: str, new: str) -> int:
    """Where two texts that are too long to show begin to differ, a few characters before it."""
    if max(len(old), len(new)) <= SHOWN - 2:
        return 0
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return max(0, same - 8)


def _show(leaves: dict[str, Any], name: str, start: int) -> str:
    if name not in leaves:
        return "(unset)"
    value = leaves[name]
    return _cut(canonical(f"...{value[start:]}" if start else value))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


class History:
    """The artifacts that a run is compared with, read once.

    Args:
        store: the cache.
        pipeline: title of the pipeline; artifacts that only belong to runs of others are not compared with.
    """

    def __init__(self, store: Store, pipeline: str = "") -> None:
        self._store, self._pipeline = store, pipeline
        self._stages: dict[str, list[Manifest]] = {}
        self._others: set[str] | None = None

    def why_missing(self, stage: str, name: str, hashed: dict[str, Any], read: Iterable[str] = ()) -> str:
        """Why `hashed` has to be made: it is damaged, "new", or differs from the nearest artifact of this stage.

        Artifacts of the same name are compared, those with the fewest differences first, then the youngest. `read`
        are patterns of the files whose content had to be right.
        """
        key = digest(hashed)
        if damage := self._store.damage(stage, key, read):
            return f"damaged: {damage}"
        found = [m for m in self._manifests(stage) if m.name == name and m.key not in self._of_others()]
        # Fewest differences first, then the youngest: artifacts come from the oldest on, hence -i.
        ranked = [(len(lines), -i, lines) for i, m in enumerate(found) if (lines := differences(m.hashed, hashed))]
        if found and not ranked:
            return "missing"
        if not ranked or min(ranked)[0] > ANOTHER:
            return "new"
        lines = min(ranked)[2]
        shown = "; ".join(lines[:3])
        return shown if len(lines) <= 3 else f"{shown}; and {len(lines) - 3} more"

    def _manifests(self, stage: str) -> list[Manifest]:
        if stage not in self._stages:
            self._stages[stage] = [artifact.manifest for artifact in self._store.artifacts(stage)]
        return self._stages[stage]

    def _of_others(self) -> set[str]:
        """Keys that runs of other pipelines used, and no run of this one."""
        if self._others is None:
            used: dict[bool, set[str]] = {True: set(), False: set()}
            for run in records(self._store):
                used[run.pipeline == self._pipeline].update(entry["key"] for entry in run.stages.values())
            self._others = used[False] - used[True] if self._pipeline else set()
        return self._others
