"""One file over HTTP: resumed after a cut, tried again after an error, complete or not there at all.

The unfinished file is `.NAME.part`, with its validator (ETag or Last-Modified) in `.NAME.part.json`; it is continued
only where the server confirms by that validator that the file is still the same. A server may be slow, endless or
hostile: `DownloadLimits` says what is too much.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlalign import progress
from xlalign.bitext.fetch.address import redacted
from xlalign.errors import DataError, shown
from xlalign.files import file_sha256

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 6

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
Sleep = Callable[[float], None]


class NotFoundError(DataError):
    """The server has no such file."""


class DownloadLimits(NamedTuple):
    """What a download may take.

    Attributes:
        largest: bytes of a file.
        spare: bytes that stay free on the disk.
        slowest: bytes a second, on average over `patience`.
        patience: seconds.
    """

    largest: int = 1 << 37
    spare: int = 1 << 29
    slowest: int = 1 << 10
    patience: float = 60.0


LIMITS = DownloadLimits()


class Transferred(NamedTuple):
    """A complete file: its SHA-256, size in bytes and ETag (empty when the server gave none)."""

    sha256: str
    size: int
    etag: str


class _Again(Exception):  # noqa: N818 - an event, not an error
    """This attempt failed; another may not."""

    def __init__(self, reason: str, wait: float = 0.0, restart: bool = False, slow: bool = False) -> None:
        super().__init__(reason)
        self.wait, self.restart, self.slow = wait, restart, slow


def transfer(
    client: httpx.Client,
    url: str,
    path: Path,
    headers: dict[str, str] | None = None,
    sleep: Sleep = time.sleep,
    attempts: int = ATTEMPTS,
    name: str = "",
    limits: DownloadLimits = LIMITS,
) -> Transferred:
    """Fetch `url` into `path`.

    Args:
        client: with timeouts and redirects as wanted.
        url: an http(s) address.
        path: appears only when complete.
        headers: further request headers.
        sleep: waits between attempts, in seconds.
        attempts: failed ones in a row, without one new byte, before giving up.
        name: what messages call it; empty: the address.
        limits: what it may take.

    Raises:
        NotFoundError: 404 or 410.
        DataError: any other refusal, no progress in several attempts, or more than the limits allow.
    """
    import httpx

    path.parent.mkdir(parents=True, exist_ok=True)
    name = name or redacted(url)
    part = unfinished(path)
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _finish(part, path, _attempt(client, url, part, headers or {}, name, limits))
        except (httpx.TooManyRedirects, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            message = f"{name} leads nowhere ({_said(error)})"
            raise DataError(message, "check the address, or map it in [mirrors]") from None
        except (_Again, httpx.TransportError) as error:
            if isinstance(error, _Again) and error.restart:
                discard(part)
            advanced = part.exists() and part.stat().st_size > before and not getattr(error, "slow", False)
            failures = 0 if advanced else failures + 1
            if failures >= attempts:
                message = f"{name}: no success in {attempts} attempts ({_said(error)})"
                raise DataError(message, "run the same command again to continue where it stopped") from None
            sleep(max(getattr(error, "wait", 0.0), _backoff(url, failures)))


def _said(error: Exception) -> str:
    return shown(redacted(str(error))) or type(error).__name__


def unfinished(path: Path) -> Path:
    """Where the bytes of a file are until it is complete."""
    return path.with_name(f".{path.name}.part")


def discard(part: Path) -> None:
    """Delete an unfinished file and its validator."""
    part.unlink(missing_ok=True)
    _sidecar(part).unlink(missing_ok=True)


def _backoff(url: str, failures: int) -> float:
    """Seconds to wait: doubling up to half a minute, spread so that many clients do not come back together."""
    return min(30.0, 0.5 * 2**failures) * random.Random(f"{url}{failures}{os.getpid()}").uniform(0.5, 1.0)


def _attempt(
    client: httpx.Client, url: str, part: Path, headers: dict[str, str], name: str, limits: DownloadLimits
) -> str:
    """Append what is missing to `part`; returns the ETag."""
    have, validator = _resumable(part)
    asked = {"Accept-Encoding": "identity", **headers}
    if have:
        asked |= {"Range": f"bytes={have}-", "If-Range": validator}
    with client.stream("GET", url, headers=asked) as response:
        # Every byte was there already. A 416 need not repeat the validator: with another file, If-Range gives a 200.
        if response.status_code == 416 and _total(response) == have and _validator(response) in ("", validator):
            return str(response.headers.get("etag", validator))
        _check_status(response, name)
        total, start = _extent(response, have, validator)
        _check_size(total or 0, start, part, name, limits)
        if not start:
            # In this order: a kill in between must never leave the bytes of one version with the validator of another.
            part.write_bytes(b"")
            _sidecar(part).write_text(json.dumps({"validator": _validator(response)}))
        size = _append(response, part, start, total, name, limits)
    if total is not None and size != total:
        raise _Again(f"{size:,} of {total:,} bytes", restart=size > total)
    return str(response.headers.get("etag", ""))


def _append(
    response: httpx.Response, part: Path, start: int, total: int | None, name: str, limits: DownloadLimits
) -> int:
    """Write the body behind what is there; returns the size then."""
    size, began, mark = start, time.monotonic(), start
    with part.open("ab") as file, progress.task(f"download {_last(name)}", total, "bytes") as task:
        task.advance(start)
        for chunk in response.iter_raw():
            file.write(chunk)
            size += len(chunk)
            task.advance(len(chunk))
            if (size >> 26) != (size - len(chunk)) >> 26 or size > limits.largest:  # every 64 MiB
                _check_size(size, size, part, name, limits)
            if (passed := time.monotonic() - began) > limits.patience:
                if size - mark < limits.slowest * passed:
                    raise _Again(f"{(size - mark) / passed:,.0f} bytes a second", slow=True)
                began, mark = time.monotonic(), size
        file.flush()
        os.fsync(file.fileno())
    return size


def _check_size(total: int, have: int, part: Path, name: str, limits: DownloadLimits) -> None:
    """Refuse a file that is too large, or for which the disk has no room."""
    if total > limits.largest:
        discard(part)
        raise DataError(f"{name}: more than {limits.largest / 1e9:,.1f} GB", "is this the right address?")
    free = shutil.disk_usage(part.parent).free
    if total - have + limits.spare > free:
        message = f"{name}: {(total - have) / 1e9:,.1f} GB to fetch, and {free / 1e9:,.1f} GB of the disk are free"
        raise DataError(message, "make room, or set `downloads` in [prepare] to another disk")


def _last(name: str) -> str:
    return name.partition("?")[0].rstrip("/").rpartition("/")[2]


def _resumable(part: Path) -> tuple[int, str]:
    """The bytes of an unfinished file that can be continued, and its validator; 0 when there is none."""
    try:
        validator = json.loads(_sidecar(part).read_text())["validator"]
        return (part.stat().st_size, validator) if validator else (0, "")
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _check_status(response: httpx.Response, name: str) -> None:
    status = response.status_code
    if status in (404, 410):
        raise NotFoundError(f"{name}: no such file ({status})", "check the name; versions and pairs move")
    if status in (401, 403):
        hint = "accept its terms on the web page and set HF_TOKEN" if "/datasets/" in name else "it may need an account"
        raise DataError(f"{name}: access refused ({status})", hint)
    if status in RETRIED_STATUS:
        raise _Again(f"status {status}", _retry_after(response))
    if status == 416:
        raise _Again("the server has another file now", restart=True)
    if status not in (200, 206):
        raise DataError(f"{name}: unexpected answer {status} {shown(response.reason_phrase)}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise DataError(f"{name}: the server insists on content encoding {shown(response.headers['content-encoding'])}")


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("retry-after", "")
    return min(float(value), 120.0) if value.isdigit() else 0.0


def _extent(response: httpx.Response, have: int, validator: str) -> tuple[int | None, int]:
    """The size of the whole file (None: unknown) and the byte at which this answer starts."""
    if response.status_code == 200:
        length = response.headers.get("content-length", "")
        return int(length) if length.isdigit() else None, 0
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("content-range", ""))
    if not match or int(match[1]) != have or _validator(response) != validator:
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
