"""One file over HTTP: resumed after a cut, tried again after an error, complete or not there at all.

The unfinished file is `NAME.part`, with its validator (ETag or Last-Modified) in `NAME.part.json`; it is continued
only where the server confirms by that validator that the file is still the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlalign import progress
from xlalign.errors import DataError

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 6

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
Sleep = Callable[[float], None]


class NotFoundError(DataError):
    """The server has no such file."""


class Transferred(NamedTuple):
    """A complete file: its SHA-256, size in bytes and ETag (empty when the server gave none)."""

    sha256: str
    size: int
    etag: str


class _Again(Exception):  # noqa: N818 - an event, not an error
    """This attempt failed; another may not."""

    def __init__(self, reason: str, wait: float = 0.0, restart: bool = False) -> None:
        super().__init__(reason)
        self.wait, self.restart = wait, restart


def transfer(
    client: httpx.Client,
    url: str,
    path: Path,
    headers: dict[str, str] | None = None,
    sleep: Sleep = time.sleep,
    attempts: int = ATTEMPTS,
) -> Transferred:
    """Fetch `url` into `path`.

    Args:
        client: with timeouts and redirects as wanted.
        url: an http(s) address.
        path: appears only when complete.
        headers: further request headers.
        sleep: waits between attempts, in seconds.
        attempts: failed ones in a row, without one new byte, before giving up.

    Raises:
        NotFoundError: 404 or 410.
        DataError: any other refusal, or no progress in several attempts.
    """
    import httpx

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _finish(part, path, _attempt(client, url, part, headers or {}))
        except (httpx.TooManyRedirects, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise DataError(f"{url} leads nowhere ({error})", "check the address, or map it in [mirrors]") from error
        except (_Again, httpx.TransportError) as error:
            if isinstance(error, _Again) and error.restart:
                discard(part)
            advanced = part.exists() and part.stat().st_size > before
            failures = 0 if advanced else failures + 1
            if failures >= attempts:
                message = f"{url}: no success in {attempts} attempts ({error or type(error).__name__})"
                raise DataError(message, "run the same command again to continue where it stopped") from error
            sleep(max(getattr(error, "wait", 0.0), _backoff(url, failures)))


def discard(part: Path) -> None:
    """Delete an unfinished file and its validator."""
    part.unlink(missing_ok=True)
    _sidecar(part).unlink(missing_ok=True)


def _backoff(url: str, failures: int) -> float:
    """Seconds to wait: doubling up to half a minute, spread so that many clients do not come back together."""
    return min(30.0, 0.5 * 2**failures) * random.Random(f"{url}{failures}{os.getpid()}").uniform(0.5, 1.0)


def _attempt(client: httpx.Client, url: str, part: Path, headers: dict[str, str]) -> str:
    """Append what is missing to `part`; returns the ETag."""
    have, validator = _resumable(part)
    asked = {"Accept-Encoding": "identity", **headers}
    if have:
        asked |= {"Range": f"bytes={have}-", "If-Range": validator}
    with client.stream("GET", url, headers=asked) as response:
        if response.status_code == 416 and _total(response) == have:
            return response.headers.get("etag", validator)
        _check_status(response, url)
        total, start = _extent(response, have, validator)
        _sidecar(part).write_text(json.dumps({"validator": _validator(response), "url": url}))
        with part.open("ab" if start else "wb") as file, progress.task(f"download {part.stem}", total, "bytes") as task:
            task.advance(start)
            for chunk in response.iter_raw():
                file.write(chunk)
                task.advance(len(chunk))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
    if total is not None and size != total:
        raise _Again(f"{size:,} of {total:,} bytes", restart=size > total)
    return str(response.headers.get("etag", ""))


def _resumable(part: Path) -> tuple[int, str]:
    """The bytes of an unfinished file that can be continued, and its validator; 0 when there is none."""
    try:
        validator = json.loads(_sidecar(part).read_text())["validator"]
        return (part.stat().st_size, validator) if validator else (0, "")
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _check_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in (404, 410):
        raise NotFoundError(f"{url}: no such file ({status})", "check the name; versions and pairs move")
    if status in (401, 403):
        hint = "accept its terms on the web page and set HF_TOKEN" if "/datasets/" in url else "it may need an account"
        raise DataError(f"{url}: access refused ({status})", hint)
    if status in RETRIED_STATUS:
        raise _Again(f"status {status}", _retry_after(response))
    if status == 416:
        raise _Again("the server has another file now", restart=True)
    if status not in (200, 206):
        raise DataError(f"{url}: unexpected answer {status} {response.reason_phrase}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise DataError(f"{url}: the server insists on content encoding {response.headers['content-encoding']}")


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("retry-after", "")
    return min(float(value), 120.0) if value.isdigit() else 0.0


def _extent(response: httpx.Response, have: int, validator: str) -> tuple[int | None, int]:
    """The size of the whole file (None: unknown) and the byte at which this answer starts."""
    if response.status_code == 200:
        length = response.headers.get("content-length", "")
        return int(length) if length.isdigit() else None, 0
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("content-range", ""))
    if not match or int(match[1]) != have or _validator(response) not in ("", validator):
        raise _Again("the server sent another part than asked for", restart=True)
    return int(match[3]) if match[3] != "*" else None, have


def _total(response: httpx.Response) -> int | None:
    match = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("content-range", ""))
    return int(match[1]) if match else None


def _validator(response: httpx.Response) -> str:
    """What identifies this version of the file: a strong ETag, else the date; empty: it cannot be resumed."""
    etag = response.headers.get("etag", "")
    return str(etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", ""))


def _sidecar(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _finish(part: Path, path: Path, etag: str) -> Transferred:
    sha256 = file_sha256(part)
    size = part.stat().st_size
    part.replace(path)
    _sidecar(part).unlink(missing_ok=True)
    return Transferred(sha256, size, etag)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
