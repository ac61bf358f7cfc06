"""Locks of the cache: one process per key, one gate for all bookkeeping.

Kernel locks end with their process, so a lock file is never in the way. A file is only removed by the process that
holds its lock; whoever then gets the lock of the removed file notices (it has no name any more) and opens the new one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from xlalign.artifacts.manifest import now

Waiting = Callable[[str], None]


@contextmanager
def locked(path: Path, waiting: Waiting | None = None) -> Iterator[None]:
    """Hold `path`'s lock; `waiting` is told who holds it when it has to wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if waiting:
            waiting(_holder(path))
        # It may take hours: how the wait looks to the user is the business of `waiting`.
        lock.acquire(poll_interval=0.1)
    try:
        # A killed holder leaves what it said here; the next one writes over it.
        _told(path).write_text(json.dumps({"pid": os.getpid(), "since": now()}))
        yield
    finally:
        _told(path).unlink(missing_ok=True)
        lock.release()


@contextmanager
def gate(path: Path) -> Iterator[None]:
    """Hold a lock that everybody takes for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path, poll_interval=0.005):
        yield


@contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Hold `path`'s lock if nobody does, and remove its file at the end; tells whether it is held now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        _told(path).unlink(missing_ok=True)
        if os.name != "nt":  # an open file cannot be removed there
            path.unlink(missing_ok=True)
        lock.release()


def _told(path: Path) -> Path:
    return path.with_suffix(".json")


def _holder(path: Path) -> str:
    try:
        holder = json.loads(_told(path).read_text())
        return f"process {holder['pid']} (since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
