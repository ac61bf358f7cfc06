"""Is everything in the cache what it says? Manifests against keys and folders, files against manifests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xlalign.artifacts import manifest as manifests
from xlalign.artifacts.artifact import EVERYTHING, Artifact
from xlalign.artifacts.store import Store
from xlalign.errors import CacheError


class Finding(NamedTuple):
    """One place where artifacts lie, and what is wrong with it (empty: nothing)."""

    folder: Path
    name: str
    damage: tuple[str, ...]


def survey(store: Store) -> Iterator[Finding]:
    """Examine every artifact in full; what is no artifact at all is damage too."""
    for stage in sorted((store.root / "artifacts").glob("*")):
        if not stage.is_dir() or stage.is_symlink():
            yield Finding(stage, stage.name, ("it is no folder of artifacts",))
    for folder in store.folders():
        yield _examined(folder)


def _examined(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding(folder, folder.name, ("it is no folder",))
    try:
        artifact = Artifact(folder, manifests.read(folder))
    except CacheError as error:
        return Finding(folder, "?", (error.message,))
    return Finding(folder, artifact.manifest.name, tuple(artifact.damage(EVERYTHING)))
