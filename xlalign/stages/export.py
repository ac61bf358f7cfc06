"""Put a readable copy of an artifact where the user wants it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.artifacts.artifact import EVERYTHING, Artifact
from xlalign.errors import CacheError, UserError
from xlalign.files import draft_folder
from xlalign.modeling.sentence_files import write_setup

if TYPE_CHECKING:
    from xlalign.evaluation.results import CellResult
    from xlalign.stages.measured import MeasuredSetup

MARK = ".xlalign-export"


def refuse_unusable(out: Path, names: Iterable[str] = ()) -> None:
    """Say before any work that the copies cannot go where they should.

    Args:
        out: the folder of `--out`.
        names: of the stages that get a folder in it each; none where the folder itself is written.

    Raises:
        UserError: a file is in the way, the place is not writable, or a folder was not made by an export.
    """
    hint = "choose another folder for --out"
    above = next(folder for folder in [out, *out.absolute().parents] if folder.exists() or folder.is_symlink())
    if not above.is_dir():
        raise UserError(f"--out {out}: {above} is a file, wanted a folder", hint)
    if not os.access(above, os.W_OK | os.X_OK):
        raise UserError(f"--out {out}: {above} is not writable", hint)
    for name in names:
        _refuse_others(out / name)


def export(artifact: Artifact, target: Path, scored: CellResult | None = None) -> MeasuredSetup | None:
    """Make `target` a copy of the artifact. It is no link, so that an edit of it never damages the cache.

    A model becomes a sentence encoder, too (`modules.json`), which sentence-transformers loads. A folder made by an
    earlier export is replaced, at once or not at all; any other folder is never touched.

    Args:
        artifact: what is copied.
        target: the folder.
        scored: a retrieval task of the model: the sentence encoder makes the vectors that it scored.

    Returns:
        How the vectors are made that `scored` scored; None where there is none.

    Raises:
        UserError: `target` exists and was not made by an export.
        CacheError: the artifact is damaged (every file's digest is checked before it leaves the cache).
    """
    if damaged := artifact.damage(EVERYTHING):
        raise CacheError(f"cached {artifact.manifest.stage} is damaged: {', '.join(damaged)}", "run the command again")
    _refuse_others(target)
    with draft_folder(target) as new:
        (new / MARK).write_text(artifact.manifest.key + "\n")
        for name in artifact.manifest.outputs:
            place = new / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(artifact.data / name, place)
        return _as_sentence_encoder(new, scored) if (new / "config.json").is_file() else None


def _as_sentence_encoder(folder: Path, scored: CellResult | None) -> MeasuredSetup | None:
    if scored is None:
        write_setup(folder)
        return None
    from xlalign.stages.measured import measured_setup

    found = measured_setup(folder, scored)
    write_setup(folder, found.setup)
    return found


def _refuse_others(target: Path) -> None:
    if target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir())):
        return
    if target.exists() or target.is_symlink():
        raise UserError(f"{target} exists and is not an export of xlalign", "choose another folder for --out")
