"""Fetching with mirrors, a folder of downloads, and the lock file."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from xlalign.bitext.fetch.lock import LockEntry, Lockfile
from xlalign.bitext.fetch.transfer import ATTEMPTS, NotFoundError, Sleep, file_sha256, transfer
from xlalign.errors import DataError, UserError, XlalignError

if TYPE_CHECKING:
    import httpx

HF_TOKEN = "HF_TOKEN"


def default_folder() -> Path:
    """Where downloads are kept: `$XLALIGN_DOWNLOADS`, else the user's cache."""
    return Path(os.environ.get("XLALIGN_DOWNLOADS") or Path.home() / ".cache" / "xlalign" / "downloads")


class Fetcher:
    """Gives local files for URLs.

    Args:
        folder: where downloads are kept; safe for several processes at once.
        lock: what files were before.
        mirrors: URL prefix -> another prefix, or a local folder.
        offline: use only what is here already.
        timeout: seconds without one byte after which an attempt has failed.
        sleep: waits between attempts.
    """

    def __init__(
        self,
        folder: Path | None = None,
        lock: Lockfile | None = None,
        mirrors: Mapping[str, str] | None = None,
        offline: bool = False,
        timeout: float = 30.0,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.lock = lock or Lockfile(None)
        self._folder = folder or default_folder()
        self._mirrors = dict(sorted((mirrors or {}).items(), key=lambda item: -len(item[0])))
        self._offline, self._timeout = offline, timeout
        self._sleep = sleep

    def file(self, url: str, sha256: str | None = None, licence: str = "") -> Path:
        """The file at a URL, downloaded unless it is here, and checked against the lock file.

        Args:
            url: where the file is in the world; mirrors do not change how it is known.
            sha256: what its publisher says it is.
            licence: of the content, for the lock file.

        Raises:
            NotFoundError: there is no such file.
            DataError: it cannot be had, or is not what it was before.
        """
        actual = self._mirrored(url)
        path = actual if isinstance(actual, Path) else self._downloaded(url, actual)
        found = self._digest(path)
        if sha256 and found != sha256:
            if not isinstance(actual, Path):
                path.unlink()
            raise DataError(f"{url}: sha256 {found[:16]}..., its publisher says {sha256[:16]}...", "try again later")
        entry: LockEntry = {"sha256": found, "size": path.stat().st_size}
        self.lock.record_file(url, entry | ({"licence": licence} if licence else {}))
        return path

    def resolve(self, query: str, find: Callable[[], LockEntry]) -> LockEntry:
        """What `find` answers to a question, or what it answered when the lock file was written."""
        known = self.lock.resolved(query)
        if known is None:
            known = find()
            self.lock.record_resolved(query, known)
        return known

    def ask(self, url: str, keep: bool = False) -> Any:
        """The JSON answer of a service; see `text`.

        Raises:
            DataError: no answer, or none in JSON.
        """
        try:
            return json.loads(self.text(url, keep))
        except (ValueError, RecursionError) as error:
            raise DataError(f"{url}: the answer is not JSON ({error})", "the service may have moved") from error

    def text(self, url: str, keep: bool = False, attempts: int = ATTEMPTS) -> str:
        """The answer of a service as it is now; with `keep`, where there is no answer, that of last time.

        Raises:
            NotFoundError: the service does not have it.
            DataError: no answer.
            UserError: none is kept, and no network is allowed.
        """
        actual = self._mirrored(url)
        if isinstance(actual, Path):
            return actual.read_text(encoding="utf-8")
        kept = self._folder / "answers" / _name(url)
        fresh = kept.with_name(f"{kept.name}-{os.getpid()}")
        try:
            self._need_network(url)
            with self._client() as client:
                transfer(client, actual, fresh, _authorization(actual), self._sleep, attempts)
        except XlalignError:
            if keep and kept.is_file():
                return kept.read_text(encoding="utf-8")
            raise
        if keep:
            fresh.replace(kept)
            return kept.read_text(encoding="utf-8")
        text = fresh.read_text(encoding="utf-8")
        fresh.unlink()
        return text

    def _mirrored(self, url: str) -> str | Path:
        for prefix, replacement in self._mirrors.items():
            if url.startswith(prefix):
                rest = url.removeprefix(prefix)
                if "://" in replacement:
                    return replacement + rest
                path = Path(replacement).expanduser() / rest.lstrip("/")
                if not path.is_file():
                    raise NotFoundError(f"{url}: the mirror has no {path}", "see [prepare.mirrors]")
                return path
        return url

    def _downloaded(self, url: str, actual: str) -> Path:
        """The file in the folder of downloads; under its URL and name, so that endings tell the format."""
        path = self._folder / _name(url) / (url.partition("?")[0].rstrip("/").rpartition("/")[2] or "index")
        if path.is_file():
            return path
        self._need_network(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / "guard"), self._client() as client:
            if not path.is_file():
                transfer(client, actual, path, _authorization(actual), self._sleep)
        return path

    def _digest(self, path: Path) -> str:
        """The SHA-256 of a file, remembered beside it while size and time stay the same."""
        status = path.stat()
        note = self._folder / "digests" / f"{_name(str(path.absolute()))}.json"
        stamp = [status.st_size, status.st_mtime_ns]
        try:
            known = json.loads(note.read_text())
            if known["stamp"] == stamp:
                return str(known["sha256"])
        except (OSError, ValueError, KeyError):
            pass
        found = file_sha256(path)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"stamp": stamp, "sha256": found}))
        return found

    def _need_network(self, url: str) -> None:
        if self._offline:
            raise UserError(f"{url} is not downloaded yet, and --offline allows no network", "run once without it")

    def _client(self) -> httpx.Client:
        import httpx  # a tenth of the start of every process that cleans text

        return httpx.Client(follow_redirects=True, timeout=self._timeout, headers={"User-Agent": "xlalign"})


def _authorization(url: str) -> dict[str, str]:
    """The user's token, for the hub alone; httpx drops it when a redirect leaves the host."""
    token = os.environ.get(HF_TOKEN)
    return {"Authorization": f"Bearer {token}"} if token and url.startswith("https://huggingface.co/") else {}


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
