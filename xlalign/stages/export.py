"""Put a readable copy of an artifact where the user wants it."""

from __future__ import annotations

import shutil
from pathlib import Path

from xlalign.artifacts.store import Artifact
from xlalign.errors import CacheError, UserError

MARK = ".xlalign-export"


def export(artifact: Artifact, target: Path) -> Path:
    """Make `target` a copy of the artifact. It is no link, so that an edit of it never damages the cache.

    A folder made by an earlier export is replaced; any other folder is never touched.

    Raises:
        UserError: `target` exists and was not made by an export.
        CacheError: the artifact is damaged (every file's digest is checked before it leaves the cache).
    """
    if damaged := artifact.damaged_files(thorough=True):
        raise CacheError(f"cached {artifact.manifest.stage} is damaged: {', '.join(damaged)}", "run the stage again")
    if target.exists() and not (target / MARK).is_file() and any(target.iterdir()):
        raise UserError(f"{target} exists and is not an export of xlalign", "choose another folder for --out")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / MARK).write_text(artifact.manifest.key + "\n")
    for name in artifact.manifest.outputs:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(artifact.data / name, place)
    return target
