"""The cache on disk: look up, lock, publish by one rename, and throw away what is damaged.

Layout below the root: `artifacts/<stage>/<key>/{manifest.json, data/}`, `work/<key>/{artifact/, scratch/}` for
what is being made, `locks/`, `runs/` and `trash/`. A stage resumes from its `scratch/`. Kernel locks end with
the process, so a lock file is never in the way; on network filesystems without `flock` two machines may compute
the same artifact twice, and the first to publish wins.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from xlalign.artifacts import manifest as manifests
from xlalign.artifacts.manifest import Manifest
from xlalign.errors import CacheError
from xlalign.files import file_sha256, flush, flush_below

Waiting = Callable[[str], None]


def default_root() -> Path:
    """`$XLALIGN_CACHE`, else the user's cache folder."""
    if override := os.environ.get("XLALIGN_CACHE"):
        return Path(override).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "xlalign"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A published artifact: its folder, and the data inside."""

    folder: Path
    manifest: Manifest

    @property
    def data(self) -> Path:
        """The folder of the stage's own output."""
        return self.folder / "data"

    def damaged_files(self, *, thorough: bool) -> list[str]:
        """Files that are missing or of another size, or (`thorough`) of another content."""
        return [name for name in self.manifest.outputs if not self._intact(name, thorough)]

    def _intact(self, name: str, thorough: bool) -> bool:
        path, wanted = self.data / name, self.manifest.outputs[name]
        if not path.is_file() or path.stat().st_size != wanted.size:
            return False
        return not thorough or file_sha256(path) == wanted.sha256


class Store:
    """An artifact cache below one folder."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or default_root()).absolute()

    def folder(self, stage: str, key: str) -> Path:
        """Where the artifact of `key` is or would be."""
        return self.root / "artifacts" / stage / key

    def work(self, key: str) -> Path:
        """Where the artifact of `key` is being made."""
        return self.root / "work" / key

    def lookup(self, stage: str, key: str) -> Artifact | None:
        """The artifact of `key`, or None. A damaged one is moved to the trash and counts as a miss."""
        folder = self.folder(stage, key)
        if not folder.is_dir():
            return None
        try:
            artifact = Artifact(folder, manifests.read(folder))
            damage = ", ".join(artifact.damaged_files(thorough=False))
        except CacheError as error:
            damage = error.message
        else:
            if not damage:
                return artifact
        warnings.warn(f"cached {stage} {key[:12]} is damaged ({damage}); it is computed anew", stacklevel=2)
        self.discard(folder)
        return None

    def artifacts(self, stage: str | None = None) -> Iterator[Artifact]:
        """Every readable artifact, oldest first within its stage."""
        pattern = f"artifacts/{stage or '*'}/*/{manifests.NAME}"
        found = []
        for path in self.root.glob(pattern):
            try:
                found.append(Artifact(path.parent, manifests.read(path.parent)))
            except CacheError as error:
                warnings.warn(error.message, stacklevel=2)
        yield from sorted(found, key=lambda item: (item.manifest.stage, item.manifest.created, item.manifest.key))

    def discard(self, folder: Path) -> None:
        """Move a folder out of the way at once, then delete it."""
        trash = self.root / "trash" / f"{folder.name}-{os.getpid()}-{os.urandom(3).hex()}"
        with self.writing():
            trash.parent.mkdir(parents=True, exist_ok=True)
            _make_writable(folder)
            folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)

    @contextmanager
    def lock(self, stage: str, key: str, waiting: Waiting | None = None) -> Iterator[None]:
        """Hold the only right to make `key`; `waiting` is told who holds it when it has to wait."""
        path = self.root / "locks" / f"{key}.lock"
        with self.writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            self._acquire(lock, path.with_suffix(".json"), waiting)
        try:
            holder = {"pid": os.getpid(), "stage": stage, "since": manifests.now()}
            with self.writing():
                path.with_suffix(".json").write_text(json.dumps(holder))
            yield
        finally:
            lock.release()

    def _acquire(self, lock: FileLock, holder: Path, waiting: Waiting | None) -> None:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting:
                waiting(_holder(holder))
            lock.acquire(poll_interval=0.1)

    def publish(self, manifest: Manifest) -> Artifact:
        """Turn the finished `work/<key>/artifact` into the artifact of its key by one rename.

        The manifest is written last; files and folders are flushed to disk before. When another process was
        first, its artifact stays, and a difference in content is reported: it means a stage is not deterministic.
        """
        made, folder = self.work(manifest.key) / "artifact", self.folder(manifest.stage, manifest.key)
        with self.writing():
            (made / manifests.NAME).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
            flush_below(made)
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_dir():
                return self._keep_first(folder, manifest)
            made.rename(folder)
            flush(folder.parent)
        shutil.rmtree(self.work(manifest.key), ignore_errors=True)
        return Artifact(folder, manifest)

    def _keep_first(self, folder: Path, manifest: Manifest) -> Artifact:
        first = Artifact(folder, manifests.read(folder))
        if first.manifest.content != manifest.content:
            warnings.warn(f"{manifest.stage} {manifest.key[:12]} was made twice with different content", stacklevel=3)
        shutil.rmtree(self.work(manifest.key), ignore_errors=True)
        return first

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn the errors of a full disk or a read-only cache into one clear message."""
        try:
            yield
        except OSError as error:
            raise self.explain(error) from error

    def explain(self, error: OSError) -> CacheError:
        """The cache error for a failed write below the root."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some with `xlalign cache gc`, or set XLALIGN_CACHE to a folder on another disk"
            return CacheError(f"no space left on the disk of the cache {self.root}", hint)
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            hint = "set XLALIGN_CACHE (or --cache) to a folder of yours"
            return CacheError(f"the cache {self.root} is not writable", hint)
        return CacheError(f"cannot write to the cache {self.root}: {error}")


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"process {holder['pid']} (since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"


def _make_writable(folder: Path) -> None:
    folder.chmod(folder.stat().st_mode | 0o700)
