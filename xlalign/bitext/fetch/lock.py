"""`xlalign.lock`: what every downloaded file was, so that a changed one is never taken for it.

A JSON file to be kept beside xlalign.toml:

    {"files": {URL: {"sha256", "size", "etag", "licence"}}, "resolved": {QUERY: {...}}}

`resolved` remembers what a question without a pinned answer ("opus:Books en-de, latest") was answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from xlalign.errors import DataError, UserError, shown
from xlalign.files import write_json

LockEntry = dict[str, Any]


class Lockfile:
    """The lock file at `path`, or one in memory when there is none.

    Args:
        path: where the file is or will be.
        frozen: refuse what is not in the file yet.
        accept_changed: take a file that is not what it was.
    """

    def __init__(self, path: Path | None, frozen: bool = False, accept_changed: bool = False) -> None:
        self._path, self.frozen, self._accept_changed = path, frozen, accept_changed
        self._tables: dict[str, dict[str, LockEntry]] = {"files": {}, "resolved": {}}
        if path and path.exists():
            self._tables |= _read(path)

    def file(self, url: str) -> LockEntry | None:
        """What is known of the file at a URL."""
        return self._tables["files"].get(url)

    def resolved(self, query: str) -> LockEntry | None:
        """What a question was answered before."""
        return self._tables["resolved"].get(query)

    def record_file(self, url: str, entry: LockEntry) -> None:
        """Remember a file.

        Raises:
            DataError: another content is known for this URL.
            UserError: the lock is frozen and does not know the file.
        """
        known = self.file(url)
        self._check(url, known, entry)
        self._record("files", url, {**(known or {}), **entry})

    def record_resolved(self, query: str, entry: LockEntry) -> None:
        """Remember an answer."""
        self._record("resolved", query, entry)

    def _check(self, url: str, known: Mapping[str, Any] | None, entry: LockEntry) -> None:
        if known and known["sha256"] != entry["sha256"] and not self._accept_changed:
            found, before = entry["sha256"][:16], str(known["sha256"])[:16]
            message = f"{shown(url)} has changed: sha256 {found}..., xlalign.lock says {before}..."
            raise DataError(message, "if the new file is right: --accept-changed")

    def _record(self, table: str, key: str, entry: LockEntry) -> None:
        if self._tables[table].get(key) == entry:
            return
        if self.frozen:
            raise UserError(
                f"{shown(key)} is not in xlalign.lock as it is now, and --frozen allows no change", "run without it"
            )
        self._tables[table][key] = entry
        if self._path:
            self._write(table, key, entry)

    def _write(self, table: str, key: str, entry: LockEntry) -> None:
        assert self._path is not None
        # The guard stays: were it deleted, a process that waits for the deleted file and one that makes a new one would
        # both hold "the" lock, and write at the same time.
        with FileLock(self._path.with_name(f".{self._path.name}.guard")):
            empty: dict[str, dict[str, LockEntry]] = {"files": {}, "resolved": {}}
            tables = empty | (_read(self._path) if self._path.exists() else {})
            if table == "files":
                self._check(key, tables[table].get(key), entry)
            tables[table][key] = entry
            write_json(self._path, tables, sort_keys=True)


def _read(path: Path) -> dict[str, dict[str, LockEntry]]:
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
        read = {name: {key: dict(entry) for key, entry in tables[name].items()} for name in ("files", "resolved")}
        if not all(isinstance(entry["sha256"], str) for entry in read["files"].values()):
            raise TypeError("a digest is not text")  # noqa: TRY301
        return read  # noqa: TRY300
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{path}: not a lock file of xlalign ({error})", "restore it, or delete it to make a new one"
        ) from error
