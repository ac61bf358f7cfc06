"""Files that are there whole or not at all, and their digests.

A writer works on a draft with a name of its own in the same folder; the draft is flushed to disk and takes the
place of the file by one rename. Two writers never share a draft, and the last to finish wins.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRAFT = ".draft"
"""The end of every draft's name; what a killed process left can be told by it."""


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`: `with draft(path) as new: new.write_bytes(...)`.

    Leaving the block publishes it; leaving it by an error removes it, and `path` is as before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = draft_name(path)
    try:
        yield new
        flush(new)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    flush(path.parent)


@contextmanager
def draft_folder(path: Path) -> Iterator[Path]:
    """An empty folder to fill in place of `path`; published and thrown away as a draft of a file is.

    An older folder at `path` is gone for a moment, because no rename replaces a full folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = draft_name(path)
    new.mkdir()
    try:
        yield new
        flush_below(new)
        if path.is_dir():
            old = draft_name(path)
            path.rename(old)
            new.rename(path)
            shutil.rmtree(old, ignore_errors=True)
        else:
            new.rename(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    flush(path.parent)


def draft_name(path: Path) -> Path:
    """A name beside `path` that no other writer has: `.NAME.PID-RANDOM.draft`."""
    return path.with_name(f".{path.name[:40]}.{os.getpid()}-{os.urandom(4).hex()}{DRAFT}")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file at once or not at all; its folder is made."""
    with draft(path) as new:
        new.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text at once or not at all; line ends stay as they are."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any, *, indent: int | None = 1, sort_keys: bool = False) -> None:
    """Write JSON (characters as they are, a line end last) at once or not at all."""
    write_text(path, json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=False) + "\n")


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    if os.name == "nt" and path.is_dir():  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_below(folder: Path) -> None:
    """Flush every file and folder below `folder`, and itself."""
    for path in folder.rglob("*"):
        flush(path)
    flush(folder)
