"""A published artifact, and whether it is what its manifest says."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from xlalign.artifacts.digest import digest_file, files_below, known_digest
from xlalign.artifacts.manifest import NAME, Manifest

EVERYTHING = ("*",)
"""The pattern of all files: nothing of the artifact is used unread."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A published artifact: its folder, and the data inside."""

    folder: Path
    manifest: Manifest

    @property
    def data(self) -> Path:
        """The folder of the stage's own output."""
        return self.folder / "data"

    def damage(self, read: Iterable[str] = ()) -> list[str]:
        """What is wrong with it, one entry a file; nothing where all is well.

        Sizes are always compared, and so are digests of files that this process has read before and that have not
        changed since. Files that match a pattern of `read` are digested; `EVERYTHING` also refuses what the manifest
        does not list, since a stage that reads a folder would read that too.
        """
        patterns = tuple(read)
        wrong = [f"{name}{flaw}" for name in self.manifest.outputs if (flaw := self._flaw(name, patterns))]
        return [*wrong, *self._unlisted()] if "*" in patterns else wrong

    def _flaw(self, name: str, patterns: tuple[str, ...]) -> str:
        path, wanted = self.data / name, self.manifest.outputs[name]
        try:
            state = path.lstat()
        except OSError:
            return " is missing"
        if not stat.S_ISREG(state.st_mode):
            return " is no file but a link or folder"
        if state.st_size != wanted.size:
            return f" has {state.st_size} bytes instead of {wanted.size}"
        try:
            found = digest_file(path) if any(fnmatch(name, p) for p in patterns) else known_digest(path)
        except OSError as error:
            return f" cannot be read ({error.strerror})"
        # None: nobody has read it in this process and nobody is about to; its size was right.
        return "" if found in (None, wanted.sha256) else " has other content"

    def _unlisted(self) -> list[str]:
        places = [path.relative_to(self.folder) for path in files_below(self.folder)]
        listed = {Path(NAME), *(Path("data", name) for name in self.manifest.outputs)}
        found = [f"{place.as_posix()} is not in the manifest" for place in places if place not in listed]
        return ["the folder is a link", *found] if self.folder.is_symlink() or self.data.is_symlink() else found
