"""Checkpoints that survive a kill at any moment: tensors and JSON, digested, published by one rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

TENSORS, META, DIGEST = "state.safetensors", "state.json", "digest.json"


def save(folder: Path, name: str, tensors: dict[str, Tensor], meta: dict[str, Any]) -> Path:
    """Write `folder/name` atomically: a temporary directory, fsync, digest last, one rename."""
    final, temporary = folder / name, folder / f".tmp-{name}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    save_file({key: value.detach().contiguous() for key, value in tensors.items()}, temporary / TENSORS)
    (temporary / META).write_text(json.dumps(meta), encoding="utf-8")
    # The digest comes last: a folder with a digest that holds was written in full.
    digest = {file: sha256(temporary / file) for file in (TENSORS, META)}
    (temporary / DIGEST).write_text(json.dumps(digest), encoding="utf-8")
    # Contents first, then the folder's own entries; only then is the rename worth anything after a power cut.
    for file in (TENSORS, META, DIGEST, "."):
        _sync(temporary / file)
    shutil.rmtree(final, ignore_errors=True)
    temporary.rename(final)
    _sync(folder)
    return final


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors (on the CPU) and the JSON part of one checkpoint."""
    return load_file(path / TENSORS), load_meta(path)


def load_meta(path: Path) -> dict[str, Any]:
    """The JSON part of one checkpoint."""
    meta: dict[str, Any] = json.loads((path / META).read_text(encoding="utf-8"))
    return meta


def newest(folder: Path, prefix: str = "step-") -> Path | None:
    """The newest checkpoint whose digests hold; a damaged one is reported and passed over."""
    for path in sorted(folder.glob(f"{prefix}*"), reverse=True):
        if intact(path):
            return path
        warnings.warn(f"checkpoint {path} is damaged; going back to the one before", stacklevel=2)
    return None


def intact(path: Path) -> bool:
    """Whether every file of the checkpoint has the digest written with it."""
    try:
        digest = json.loads((path / DIGEST).read_text(encoding="utf-8"))
        return all(sha256(path / file) == value for file, value in digest.items())
    except (OSError, ValueError):
        return False


def prune(folder: Path, keep: set[str]) -> None:
    """Delete every checkpoint that is not named in `keep`."""
    for path in folder.iterdir():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def sha256(path: Path) -> str:
    """Hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
