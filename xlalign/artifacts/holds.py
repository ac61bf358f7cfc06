"""What running pipelines use: a run registers before its first stage, and a collection leaves alone what it holds.

A hold is a file of keys, one a line, beside a lock that lives as long as the process: a killed run holds nothing,
whatever the clock says. A run notes a key before it looks the artifact up, and a collection reads the holds again
before it removes one; both do so behind the store's gate, so either the collection sees the hold, or the run finds
nothing and makes the artifact again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from xlalign.artifacts.locks import locked_if_free
from xlalign.artifacts.store import Store


class Hold:
    """The keys that one run uses."""

    def __init__(self, store: Store, path: Path) -> None:
        self._store, self._path = store, path
        self._keys: set[str] = set()

    def add(self, key: str) -> None:
        """Use `key` until the end of the run, whether it is in the cache or about to be made."""
        if key in self._keys:
            return
        self._keys.add(key)
        with self._store.gate(), self._store.writing(), self._path.open("a") as stream:
            stream.write(key + "\n")


@contextmanager
def holding(store: Store) -> Iterator[Hold]:
    """Register a run for the length of the block."""
    path = store.root / "holds" / f"{os.getpid()}-{os.urandom(4).hex()}.keys"
    lock = FileLock(path.with_suffix(".lock"))
    with store.gate(), store.writing():
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
        path.touch()
    try:
        yield Hold(store, path)
    finally:
        with store.gate():
            path.unlink(missing_ok=True)
            path.with_suffix(".lock").unlink(missing_ok=True)
            lock.release()


def held(store: Store) -> set[str]:
    """The keys that running pipelines use; what dead ones left is removed. The caller is inside the store's gate."""
    keys: set[str] = set()
    for lock in (store.root / "holds").glob("*.lock"):
        path = lock.with_suffix(".keys")
        with locked_if_free(lock) as dead:
            if dead:
                path.unlink(missing_ok=True)
            else:
                keys.update(path.read_text().split())
    return keys
