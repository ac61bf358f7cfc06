"""Canonical JSON and SHA-256 of values, files and folders: what a cache key is made of."""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from pathlib import Path
from typing import Any

from xlalign.files import file_sha256

SETTLED_NS = 2_000_000_000
"""A file younger than this (nanoseconds) is digested each time: a second write within one tick of the file system's
clock would leave its size and time as they were."""

_digested: dict[tuple[str, int, int, int], str] = {}


def canonical(value: Any) -> str:
    """JSON with sorted keys, NFC text and one spelling per number (`1.0` and `1` are the same).

    Raises:
        TypeError: the value holds something that is not JSON; nothing is ever pickled.
    """
    return json.dumps(_normal(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        # "é" may be one character or two; a file saved by another editor must not train everything again.
        return unicodedata.normalize("NFC", value)
    # From 2^53 on a float no longer tells neighbouring integers apart; written as one it would claim digits it has not.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", str(key)): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value


def digest(value: Any) -> str:
    """SHA-256 (64 hex digits) of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read once in the life of this process while size, time and inode stay the same."""
    state = path.stat()
    # As git does: reading 2 GB of a model again for every plan would take longer than the plan.
    identity = (str(path), state.st_size, state.st_mtime_ns, state.st_ino)
    found = _digested.get(identity) or file_sha256(path)
    if time.time_ns() - state.st_mtime_ns > SETTLED_NS:
        _digested[identity] = found
    return found


def known_digest(path: Path) -> str | None:
    """What `digest_file` found of the file as it is now, without reading it; None where it never looked."""
    state = path.stat()
    return _digested.get((str(path), state.st_size, state.st_mtime_ns, state.st_ino))


def files_below(folder: Path) -> list[Path]:
    """Every file below `folder`, in a stable order; a link is listed as itself and never followed."""
    found = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    linked = [Path(place, name) for place, names, _ in os.walk(folder) for name in names]
    return sorted([*found, *(path for path in linked if path.is_symlink())])


def digest_path(path: Path) -> str:
    """Content digest of a file, or of a folder's relative paths and contents; links count as what they lead to."""
    if path.is_file():
        return digest_file(path)
    files = (file for file in sorted(path.rglob("*")) if file.is_file())
    return digest({file.relative_to(path).as_posix(): digest_file(file) for file in files})
