"""Make an artifact unless it is there: the one path from a recipe to a published artifact."""

from __future__ import annotations

import errno
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from xlalign.artifacts import manifest as manifests
from xlalign.artifacts.artifact import EVERYTHING, Artifact
from xlalign.artifacts.digest import digest
from xlalign.artifacts.locks import Waiting
from xlalign.artifacts.manifest import SCHEMA, Manifest
from xlalign.artifacts.store import Store
from xlalign.errors import Notice, XlalignError

State = Literal["hit", "made"]


@dataclass(frozen=True)
class Recipe:
    """Everything that identifies an artifact.

    `settings` are the resolved options without the operational ones; `inputs` maps a role ("bitext") to the
    content digest of an artifact; `pins` fixes what lies outside the cache (digests of local files, revisions of
    hub repositories). `volatile` are patterns of files that do not identify the result (reports, cards, timings).
    """

    stage: str
    name: str
    version: int
    settings: dict[str, Any]
    inputs: dict[str, str] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    volatile: tuple[str, ...] = ()

    @cached_property
    def hashed(self) -> dict[str, Any]:
        """The JSON that the key is the digest of. The name is not in it: equal stages share one artifact."""
        return {
            "schema": SCHEMA,
            "stage": self.stage,
            "version": self.version,
            "settings": self.settings,
            "inputs": self.inputs,
            "pins": self.pins,
        }

    @cached_property
    def key(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest(self.hashed)


@dataclass(slots=True)
class Workspace:
    """Where a stage works: `out` becomes the artifact, `scratch` survives an interruption.

    `info` is what the stage wants recorded in the manifest.
    """

    out: Path
    scratch: Path
    info: dict[str, Any]


Make = Callable[[Workspace], None]


def obtain(store: Store, recipe: Recipe, make: Make, waiting: Waiting | None = None) -> tuple[Artifact, State]:
    """Return the artifact of `recipe`, read in full, or made by `make` if it is not in the cache or damaged there.

    Only one process makes a key at a time; the others wait for it and then hit. A damaged artifact goes to the trash,
    where a collection finds it.
    """
    if artifact := store.lookup(recipe.stage, recipe.key, EVERYTHING):
        return artifact, "hit"
    # Looked up again inside: whoever waited for the lock finds what its holder made.
    with store.lock(recipe.key, waiting):
        if artifact := store.lookup(recipe.stage, recipe.key, EVERYTHING):
            return artifact, "hit"
        _put_aside(store, recipe)
        return _make(store, recipe, make), "made"


def _put_aside(store: Store, recipe: Recipe) -> None:
    """Move what lies where the artifact goes to the trash, and say why."""
    folder = store.folder(recipe.stage, recipe.key)
    if folder.is_dir() or folder.is_symlink():
        damage = store.damage(recipe.stage, recipe.key, EVERYTHING) or "it is a link that leads nowhere"
        place = store.discard(folder).relative_to(store.root)
        message = f"the cached {recipe.stage} `{recipe.name}` {recipe.key[:12]} is damaged: {damage}"
        warnings.warn(f"{message}; it is in {place} now, and made again", Notice, stacklevel=3)


def _make(store: Store, recipe: Recipe, make: Make) -> Artifact:
    started = time.monotonic()
    space = _workspace(store, recipe)
    try:
        make(space)
        return store.publish(_manifest(recipe, space, time.monotonic() - started))
    except BaseException as error:
        _clear(space.out.parent)
        if failure := _failed_write(error, store.root):
            raise store.explain(failure) from error
        raise


def _manifest(recipe: Recipe, space: Workspace, seconds: float) -> Manifest:
    outputs = manifests.describe(space.out)
    return Manifest(
        stage=recipe.stage,
        name=recipe.name,
        key=recipe.key,
        hashed=recipe.hashed,
        outputs=outputs,
        content=manifests.content_of(outputs, recipe.volatile),
        volatile=recipe.volatile,
        created=manifests.now(),
        seconds=round(seconds, 3),
        peak_memory=_peak_memory(),
        versions=manifests.versions(),
        info=space.info,
    )


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
"""These carry no file name."""

_RUST = re.compile(r"(?:os error |code: )(\d+)")
"""How safetensors and tokenizers, which raise exceptions of their own, say what the system told them."""


def _failed_write(error: BaseException, root: Path) -> OSError | None:
    """What went wrong with the cache's disk, where that is what stopped a stage."""
    if isinstance(error, XlalignError):
        return None
    if found := None if isinstance(error, OSError) else _RUST.search(str(error)):
        error = OSError(int(found[1]), str(error))
    if isinstance(error, OSError) and (error.errno in _DISK or _below(error.filename, root)):
        return error
    return None


def _workspace(store: Store, recipe: Recipe) -> Workspace:
    work = store.work(recipe.key)
    with store.writing():
        _clear(work / "artifact")
        (work / "artifact" / "data").mkdir(parents=True)
        (work / "scratch").mkdir(exist_ok=True)
    return Workspace(work / "artifact" / "data", work / "scratch", {})


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _below(path: Any, root: Path) -> bool:
    return isinstance(path, str) and Path(path).absolute().is_relative_to(root)


def _peak_memory() -> int:
    """Peak resident memory of this process in bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
