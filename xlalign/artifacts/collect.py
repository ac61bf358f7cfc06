"""Garbage collection: everything that no recent run needs, directly or through its inputs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from xlalign.artifacts.digest import files_below
from xlalign.artifacts.runs import records
from xlalign.artifacts.store import Artifact, Store

GRACE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Garbage:
    """One folder that can go: an artifact or abandoned work. `size` is in bytes."""

    stage: str
    key: str
    folder: Path
    size: int


def garbage(store: Store, keep_runs: int, grace: float = GRACE_SECONDS) -> list[Garbage]:
    """What a collection would remove when the last `keep_runs` runs (and pinned ones) stay.

    Args:
        store: the cache.
        keep_runs: number of youngest run records whose artifacts stay.
        grace: seconds during which new or abandoned folders are left alone.
    """
    runs = records(store)
    kept = (
        [*runs[len(runs) - keep_runs :], *(run for run in runs if run.pinned)]
        if keep_runs
        else [run for run in runs if run.pinned]
    )
    live = {entry["key"] for run in kept for entry in run.stages.values()}
    artifacts = list(store.artifacts())
    live = _with_inputs(live, artifacts)
    dead = [_entry(a.manifest.stage, a.manifest.key, a.folder) for a in artifacts if a.manifest.key not in live]
    work = [_entry("work", path.name, path) for path in sorted((store.root / "work").glob("*"))]
    return [item for item in [*dead, *work] if _age(item.folder) >= grace and not _locked(store, item.key)]


def sweep(store: Store, items: Iterable[Garbage]) -> int:
    """Remove the folders; returns the bytes freed."""
    freed = 0
    for item in items:
        store.discard(item.folder)
        freed += item.size
    return freed


def _with_inputs(live: set[str], artifacts: list[Artifact]) -> set[str]:
    """Add every artifact that a live one was made from, found by content digest."""
    by_key = {a.manifest.key: a.manifest for a in artifacts}
    by_content: dict[str, list[str]] = {}
    for artifact in artifacts:
        by_content.setdefault(artifact.manifest.content, []).append(artifact.manifest.key)
    queue, marked = list(live), set(live)
    while queue:
        manifest = by_key.get(queue.pop())
        inputs = manifest.hashed.get("inputs", {}).values() if manifest else ()
        for key in (key for content in inputs for key in by_content.get(content, ())):
            if key not in marked:
                marked.add(key)
                queue.append(key)
    return marked


def _entry(stage: str, key: str, folder: Path) -> Garbage:
    return Garbage(stage, key, folder, sum(path.stat().st_size for path in files_below(folder)))


def _age(folder: Path) -> float:
    return time.time() - folder.stat().st_mtime


def _locked(store: Store, key: str) -> bool:
    path = store.root / "locks" / f"{key}.lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
