"""The cache on disk: look up, lock, publish by one rename, and put aside what is damaged.

Layout below the root: `artifacts/<stage>/<key>/{manifest.json, data/}`, `work/<key>/{artifact/, scratch/}` for
what is being made, `locks/`, `holds/` (what running pipelines use), `runs/` and `trash/`. A stage resumes from its
`scratch/`. On network filesystems without `flock` two machines may compute the same artifact twice, and the first
to publish wins.
"""

from __future__ import annotations

import errno
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from xlalign.artifacts import manifest as manifests
from xlalign.artifacts.artifact import Artifact
from xlalign.artifacts.locks import Waiting, gate, locked
from xlalign.artifacts.manifest import Manifest
from xlalign.errors import CacheError, Notice
from xlalign.files import flush, flush_below, write_text


def default_root() -> Path:
    """`$XLALIGN_CACHE`, else the user's cache folder."""
    if override := os.environ.get("XLALIGN_CACHE"):
        return Path(override).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "xlalign"


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

    def folders(self) -> list[Path]:
        """Whatever lies where artifacts lie, in a stable order."""
        return sorted(self.root.glob("artifacts/*/*"))

    def lookup(self, stage: str, key: str, read: Iterable[str] = ()) -> Artifact | None:
        """The artifact of `key`, or None where there is none or it is damaged.

        Args:
            stage: kind of stage.
            key: the key.
            read: patterns of the files whose content is checked too, because they are about to be used.
        """
        return self._examine(stage, key, read)[0]

    def damage(self, stage: str, key: str, read: Iterable[str] = ()) -> str:
        """Why an artifact that lies in the cache cannot be used; empty where it can, or where there is none."""
        return self._examine(stage, key, read)[1]

    def _examine(self, stage: str, key: str, read: Iterable[str]) -> tuple[Artifact | None, str]:
        folder = self.folder(stage, key)
        if not folder.is_dir():
            return None, ""
        try:
            artifact = Artifact(folder, manifests.read(folder))
        except CacheError as error:
            # Gone between two looks: a collection took it, and that is no damage.
            return (None, error.message) if folder.is_dir() else (None, "")
        damage = ", ".join(artifact.damage(read))
        return (None, damage) if damage else (artifact, "")

    def artifacts(self, stage: str | None = None) -> Iterator[Artifact]:
        """Every readable artifact, oldest first within its stage."""
        found = []
        for folder in self.folders():
            if stage in (None, folder.parent.name) and (folder / manifests.NAME).is_file():
                try:
                    found.append(Artifact(folder, manifests.read(folder)))
                except CacheError as error:
                    warnings.warn(
                        f"cached {folder.parent.name} {folder.name[:12]}: {error.message}", Notice, stacklevel=2
                    )
        yield from sorted(found, key=lambda item: (item.manifest.stage, item.manifest.created, item.manifest.key))

    def discard(self, folder: Path) -> Path:
        """Move a folder to the trash by one rename; the caller holds the lock of its key. Returns the new place."""
        trash = self.root / "trash" / f"{folder.name[:12]}-{os.getpid()}-{os.urandom(4).hex()}"
        with self.writing():
            trash.parent.mkdir(parents=True, exist_ok=True)
            if not folder.is_symlink():
                folder.chmod(folder.stat().st_mode | 0o700)  # a folder is only renamed where it can be written
            folder.rename(trash)
        return trash

    def lock_of(self, key: str) -> Path:
        """The lock file of `key`."""
        return self.root / "locks" / f"{key}.lock"

    @contextmanager
    def lock(self, key: str, waiting: Waiting | None = None) -> Iterator[None]:
        """Hold the only right to make, mend or remove `key`; `waiting` is told who holds it when it has to wait."""
        with self._entered(locked(self.lock_of(key), waiting)):
            yield

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Hold the right to change what is in use: a run takes it to hold a key, a collection to remove one."""
        with self._entered(gate(self.gate_file)):
            yield

    @property
    def gate_file(self) -> Path:
        """The lock of the gate, which is never removed."""
        return self.root / "gate.lock"

    @contextmanager
    def _entered(self, lock: AbstractContextManager[None]) -> Iterator[None]:
        """The lock, whose own failures are those of the cache, and those of the block are not."""
        with self.writing():
            lock.__enter__()
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    def publish(self, manifest: Manifest) -> Artifact:
        """Turn the finished `work/<key>/artifact` into the artifact of its key by one rename.

        The manifest is written last; files and folders are flushed to disk before. When another process was
        first, its artifact stays, and a difference in content is reported: it means a stage is not deterministic.
        """
        made, folder = self.work(manifest.key) / "artifact", self.folder(manifest.stage, manifest.key)
        with self.writing():
            flush_below(made)
            write_text(made / manifests.NAME, manifest.model_dump_json(indent=1) + "\n")
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_dir():
                return self._keep_first(folder, manifest)
            made.rename(folder)
            flush(folder.parent)
        shutil.rmtree(self.work(manifest.key), ignore_errors=True)
        return Artifact(folder, manifest)

    def _keep_first(self, folder: Path, manifest: Manifest) -> Artifact:
        # What is there may have been read already; the second of two equal ones is the one to drop.
        first = Artifact(folder, manifests.read(folder))
        if first.manifest.content != manifest.content:
            warnings.warn(
                f"{manifest.stage} {manifest.key[:12]} was made twice with different content", Notice, stacklevel=3
            )
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
        if error.errno == errno.EFBIG:
            hint = "raise the limit (`ulimit -f unlimited`), or set XLALIGN_CACHE to a folder on another file system"
            return CacheError(f"a file in the cache {self.root} is larger than the system allows", hint)
        return CacheError(f"cannot write to the cache {self.root}: {error}", "set XLALIGN_CACHE to another folder")
