"""Garbage collection: everything that no recent and no running pipeline needs, directly or through its inputs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xlalign.artifacts import manifest as manifests
from xlalign.artifacts.digest import files_below
from xlalign.artifacts.holds import held
from xlalign.artifacts.locks import locked_if_free
from xlalign.artifacts.manifest import Manifest
from xlalign.artifacts.runs import records
from xlalign.artifacts.store import Store
from xlalign.errors import CacheError
from xlalign.files import DRAFT

GRACE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Garbage:
    """One place that can go: an artifact, abandoned work, trash or the draft of a killed writer. `size` is in bytes."""

    stage: str
    key: str
    folder: Path
    size: int


def garbage(store: Store, keep_runs: int, grace: float = GRACE_SECONDS) -> list[Garbage]:
    """What a collection would remove when the last `keep_runs` runs, pinned and running ones stay.

    Args:
        store: the cache.
        keep_runs: number of youngest run records whose artifacts stay.
        grace: seconds during which new or abandoned places are left alone; trash has none.
    """
    runs = records(store)
    # Records come from the oldest on, so the last `keep_runs` are the youngest.
    kept = [run for i, run in enumerate(runs) if run.pinned or i >= len(runs) - keep_runs]
    with store.gate():
        used = held(store)
    live = _with_inputs(used.union(entry["key"] for run in kept for entry in run.stages.values()), store)
    dead = [_entry(path.parent.name, path.name, path) for path in store.folders() if path.name not in live]
    left = [path for path in sorted((store.root / "work").glob("*")) if path.name not in used]
    work = [_entry("work", path.name, path) for path in left]
    drafts = [_entry("draft", path.name, path) for path in store.root.glob(f"*/*{DRAFT}")]
    trash = [_entry("trash", path.name, path) for path in sorted((store.root / "trash").glob("*"))]
    settled = [item for item in [*dead, *work, *drafts] if _age(item.folder) >= grace and not _locked(store, item.key)]
    return [*settled, *trash]


def sweep(store: Store, items: Iterable[Garbage]) -> int:
    """Remove the places that nobody began to use meanwhile, and lock files that nobody holds; returns bytes freed."""
    freed = sum(item.size for item in items if _removed(store, item))
    for path in (store.root / "locks").glob("*.lock"):
        with locked_if_free(path):  # leaving the block removes it
            pass
    return freed


def remove(store: Store, stage: str, key: str) -> bool:
    """Remove one artifact; False where it is being made or a running pipeline uses it."""
    return _removed(store, _entry(stage, key, store.folder(stage, key)))


def _removed(store: Store, item: Garbage) -> bool:
    if item.stage in ("trash", "draft"):
        with store.gate():  # whoever writes a record of a run is in it with the draft
            _delete(item.folder)
        return True
    with store.writing(), locked_if_free(store.lock_of(item.key)) as ours:
        if not ours:
            return False
        with store.gate():
            if item.key in held(store) or not item.folder.exists():
                return False
            trash = store.discard(item.folder)
    _delete(trash)
    return True


def _delete(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _with_inputs(live: set[str], store: Store) -> set[str]:
    """Add every artifact that a live one was made from, found by content digest."""
    by_key = {folder.name: manifest for folder in store.folders() if (manifest := _manifest(folder))}
    by_content: dict[str, list[str]] = {}
    for manifest in by_key.values():
        by_content.setdefault(manifest.content, []).append(manifest.key)
    queue, marked = list(live), set(live)
    while queue:
        needed = by_key.get(queue.pop())
        inputs = needed.hashed.get("inputs", {}).values() if needed else ()
        for key in (key for content in inputs for key in by_content.get(content, ())):
            if key not in marked:
                marked.add(key)
                queue.append(key)
    return marked


def _manifest(folder: Path) -> Manifest | None:
    try:
        return manifests.read(folder)
    except CacheError:
        return None


def _entry(stage: str, key: str, place: Path) -> Garbage:
    files = files_below(place) if place.is_dir() else [place]
    return Garbage(stage, key, place, sum(_size(path) for path in files))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # its stage is at work, or another collection
        return 0


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.lstat().st_mtime
    except OSError:
        return 0.0


def _locked(store: Store, key: str) -> bool:
    path = store.lock_of(key)
    if not path.exists():
        return False
    with locked_if_free(path) as ours:
        return not ours
