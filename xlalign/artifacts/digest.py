"""Canonical JSON and SHA-256 of values, files and folders: what a cache key is made of."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xlalign.files import file_sha256


def canonical(value: Any) -> str:
    """JSON with sorted keys, NFC text and one spelling per number (`1.0` and `1` are the same).

    Raises:
        TypeError: the value holds something that is not JSON; nothing is ever pickled.
    """
    return json.dumps(_normal(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
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


digest_file = file_sha256
"""The old name, until every room has the new one."""


def files_below(folder: Path) -> Iterable[Path]:
    """Every regular file below `folder`, in a stable order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def digest_path(path: Path) -> str:
    """Content digest of a file, or of a folder's relative paths and contents."""
    if path.is_file():
        return file_sha256(path)
    return digest({file.relative_to(path).as_posix(): file_sha256(file) for file in files_below(path)})
