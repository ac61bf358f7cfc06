"""Why a stage runs again: the difference between its hashed JSON and the nearest earlier one."""

from __future__ import annotations

from typing import Any

from xlalign.artifacts.digest import canonical
from xlalign.artifacts.store import Store


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested JSON as dotted leaves: `{"a": {"b": 1}}` becomes `{"a.b": 1}`; lists are leaves."""
    if not isinstance(value, dict):
        return {prefix: value}
    leaves: dict[str, Any] = {}
    for key, item in value.items():
        leaves |= flatten(item, f"{prefix}.{key}" if prefix else str(key))
    return leaves


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """One line per leaf that differs, e.g. `temperature 0.1 -> 0.05` or `input bitext changed`."""
    before, after = flatten(old), flatten(new)
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return [_line(name, before, after) for name in names]


def _line(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    kind, _, rest = name.partition(".")
    if kind == "inputs":
        return f"input {rest} changed"
    label = rest if kind == "settings" else name
    return f"{label} {_show(before, name)} -> {_show(after, name)}"


def _show(leaves: dict[str, Any], name: str) -> str:
    if name not in leaves:
        return "(unset)"
    text = canonical(leaves[name])
    return text if len(text) <= 40 else text[:37] + "..."


def why_missing(store: Store, stage: str, name: str, hashed: dict[str, Any]) -> str:
    """Why there is no artifact for `hashed`: "new" or the differences to the nearest artifact of this stage.

    Artifacts of the same name are preferred, then those with the fewest differences, then the youngest.
    """
    candidates = [a.manifest for a in store.artifacts(stage) if a.manifest.name == name]
    if not candidates:
        return "new"
    ranked = [(len(lines), -i, lines) for i, m in enumerate(candidates) if (lines := differences(m.hashed, hashed))]
    if not ranked:
        return "missing"
    lines = min(ranked)[2]
    shown = "; ".join(lines[:3])
    return shown if len(lines) <= 3 else f"{shown}; and {len(lines) - 3} more"
