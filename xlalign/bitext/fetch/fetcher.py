"""Fetching with mirrors, a folder of downloads, and the lock file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from xlalign.bitext.fetch.address import check, filled
from xlalign.bitext.fetch.lock import LockEntry, Lockfile
from xlalign.bitext.fetch.transfer import (
    ATTEMPTS,
    LIMITS,
    DownloadLimits,
    NotFoundError,
    Sleep,
    discard,
    transfer,
    unfinished,
)
from xlalign.errors import DataError, UserError, XlalignError, shown
from xlalign.files import draft_name, file_sha256

if TYPE_CHECKING:
    import httpx

HF_TOKEN = "HF_TOKEN"
LARGEST_ANSWER = 1 << 28
"""Bytes of a service's answer, which is read into memory."""

DATA_ENDINGS = frozenset(
    [".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".parquet", ".tsv", ".csv", ".tmx", ".po", ".json", ".jsonl"]
)
_digests: dict[tuple[str, int, int, int], str] = {}


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
        limits: what a download may take.
    """

    def __init__(
        self,
        folder: Path | None = None,
        lock: Lockfile | None = None,
        mirrors: Mapping[str, str] | None = None,
        offline: bool = False,
        timeout: float = 30.0,
        sleep: Sleep = time.sleep,
        limits: DownloadLimits = LIMITS,
    ) -> None:
        self.lock = lock or Lockfile(None)
        self._folder = folder or default_folder()
        # The longest prefix first, so that a mirror of a folder counts more than one of its host.
        self._mirrors = dict(sorted((mirrors or {}).items(), key=lambda item: -len(item[0])))
        self._offline, self._timeout = offline, timeout
        self._sleep, self._limits = sleep, limits

    def file(self, url: str, sha256: str | None = None, licence: str = "", own: bool = False) -> Path:
        """The file at a URL, downloaded unless it is here, and checked against the lock file.

        What the lock file or its publisher rejects is put aside, so that the next try fetches it again.

        Args:
            url: where the file is in the world; mirrors do not change how it is known.
            sha256: what its publisher says it is.
            licence: of the content, for the lock file.
            own: the user wrote the address, so that variables in it are filled in.

        Raises:
            NotFoundError: there is no such file.
            DataError: it cannot be had, or is not what it was before.
            UserError: the address has a secret in it.
        """
        check(url)
        actual = self._mirrored(url, own)
        path = actual if isinstance(actual, Path) else self._downloaded(url, actual)
        try:
            found = self._digest(path)
            if sha256 and found != sha256:
                message = f"{shown(url)}: sha256 {found[:16]}..., its publisher says {sha256[:16]}..."
                raise DataError(message, "try again later")  # noqa: TRY301
            _refuse_web_page(path, url)
            entry: LockEntry = {"sha256": found, "size": path.stat().st_size}
            self.lock.record_file(url, entry | ({"licence": licence} if licence else {}))
        except DataError:
            if not isinstance(actual, Path):
                path.replace(path.with_name(".rejected"))
            raise
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
            raise DataError(
                f"{shown(url)}: the answer is not JSON ({shown(str(error))})", "the service may have moved"
            ) from error

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
        fresh = draft_name(kept)
        limits = self._limits._replace(largest=min(LARGEST_ANSWER, self._limits.largest))
        try:
            self._need_network(url)
            with self._client() as client:
                transfer(client, actual, fresh, _authorization(actual), self._sleep, attempts, url, limits)
        except XlalignError:
            if keep and kept.is_file():
                return _text(kept, url)
            raise
        finally:
            discard(unfinished(fresh))
        if keep:
            fresh.replace(kept)
            return _text(kept, url)
        text = _text(fresh, url)
        fresh.unlink()
        return text

    def _mirrored(self, url: str, own: bool = False) -> str | Path:
        for prefix, replacement in self._mirrors.items():
            if url.startswith(prefix):
                rest = url.removeprefix(prefix)
                if "://" in replacement:
                    check(replacement)
                    return filled(replacement) + (filled(rest) if own else rest)
                folder = Path(replacement).expanduser()
                path = folder / rest.lstrip("/")
                if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
                    raise NotFoundError(f"{shown(url)}: the mirror has no {shown(str(path))}", "see [prepare.mirrors]")
                return path
        return filled(url) if own else url

    def _downloaded(self, url: str, actual: str) -> Path:
        """The file in the folder of downloads; under its URL and name, so that endings tell the format."""
        path = self._folder / _name(url) / _file_name(url)
        if path.is_file():
            return path
        self._need_network(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / ".guard"), self._client() as client:
            if not path.is_file():
                transfer(client, actual, path, _authorization(actual), self._sleep, name=url, limits=self._limits)
        return path

    def _digest(self, path: Path) -> str:
        """The SHA-256 of a file: read in full once a process, and always where the lock is frozen."""
        status = path.stat()
        stamp = str(path.absolute()), status.st_size, status.st_mtime_ns, status.st_ino
        if stamp not in _digests or self.lock.frozen:
            _digests[stamp] = file_sha256(path)
        return _digests[stamp]

    def _need_network(self, url: str) -> None:
        if self._offline:
            raise UserError(
                f"{shown(url)} is not downloaded yet, and --offline allows no network", "run once without it"
            )

    def _client(self) -> httpx.Client:
        import httpx  # a tenth of the start of every process that cleans text

        headers = {"User-Agent": "xlalign"}
        return httpx.Client(follow_redirects=True, timeout=self._timeout, headers=headers, auth=_netrc())


def _authorization(url: str) -> dict[str, str]:
    """The user's token, for the hub alone; httpx drops it when a redirect leaves the host."""
    token = os.environ.get(HF_TOKEN)
    return {"Authorization": f"Bearer {token}"} if token and url.startswith("https://huggingface.co/") else {}


def _netrc() -> httpx.NetRCAuth | None:
    """The user's names and passwords by host, where there is such a file."""
    import httpx

    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    try:
        return httpx.NetRCAuth(str(path)) if path.is_file() else None
    except (OSError, SyntaxError) as error:  # netrc.NetrcParseError is a SyntaxError
        raise UserError(f"netrc: not readable ({getattr(error, 'msg', error.__class__.__name__)})") from None


def _refuse_web_page(path: Path, url: str) -> None:
    """A login page that is served in place of a file must not become what the lock file pins."""
    if path.suffix.lower() in DATA_ENDINGS:
        with path.open("rb") as file:
            head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if head.startswith((b"<!doctype html", b"<html")):
            raise DataError(f"{shown(url)}: a web page instead of a file", "does it need a login? see it in a browser")


def _text(path: Path, url: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{shown(url)}: the answer is not UTF-8", "the service may have moved") from error


def _file_name(url: str) -> str:
    """The last part of an address as a file's name: plain characters, never hidden, at most 100 of them.

    Names that begin with a full stop are ours (`.guard`, `.NAME.part`), so nothing that is fetched can stand for them.
    """
    last = url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._+@,=~%-]", "_", last).lstrip(".") or "index"
    return plain if len(plain) <= 100 else f"{plain[:60]}~{plain[-39:]}"


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
