"""Downloads from servers that lie, and what must never be shown, spliced, kept or lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_server import Server
from narrowing import present

from xlalign.bitext.fetch import fetcher as fetcher_module
from xlalign.bitext.fetch.address import redacted
from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.fetch.lock import Lockfile
from xlalign.bitext.fetch.transfer import DownloadLimits, transfer
from xlalign.bitext.sources import open_source
from xlalign.errors import DataError, UserError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
BODY = bytes(range(256)) * 2000


@pytest.fixture
def fetching(tmp_path: Path) -> Fetcher:
    return fetcher(tmp_path)


def fetcher(folder: Path, **fields: Any) -> Fetcher:
    lock = Lockfile(folder / "xlalign.lock", frozen=bool(fields.pop("frozen", False)))
    return Fetcher(folder / "downloads", lock, sleep=lambda _: None, **fields)


def fetch(url: str, path: Path, limits: DownloadLimits | None = None) -> Path:
    with httpx.Client(timeout=5) as client:
        transfer(client, url, path, sleep=lambda _: None, limits=limits or DownloadLimits())
    return path


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://me:geheim@far.example/a.tsv", "netrc"),
        ("https://geheim@far.example/a.tsv", "netrc"),
        ("https://far.example/a.tsv?token=geheim", "XLALIGN_TOKEN"),
        ("https://far.example/a.tsv?x=1&X-Amz-Signature=geheim", "XLALIGN_TOKEN"),
    ],
)
def test_secrets_in_addresses_are_refused_and_not_repeated(tmp_path: Path, fetching: Fetcher, url: str, hint: str):
    with pytest.raises(UserError) as found:
        list(open_source(f"url:{url}", {"languages": ["en", "de"]}, fetching).bitexts([("en", "de")]))
    assert hint in (found.value.hint or "")
    assert "geheim" not in found.value.message + str(found.value.hint)
    assert not list(tmp_path.rglob("*"))


def test_secrets_come_from_the_environment(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XLALIGN_TOKEN", "geheim")
    monkeypatch.setenv("OTHER", "geheim")
    server.content["/a.tsv?token=geheim"] = b"one\teins\n"
    url = f"{server.url}/a.tsv?token=${{XLALIGN_TOKEN}}"
    path = fetcher(tmp_path).file(url, own=True)
    assert path.read_bytes() == b"one\teins\n"
    written = "".join(str(path) + path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "geheim" not in written
    assert list(json.loads((tmp_path / "xlalign.lock").read_text())["files"]) == [url]
    with pytest.raises(DataError) as missing:
        fetcher(tmp_path).file(f"{server.url}/b.tsv?token=${{XLALIGN_TOKEN}}", own=True)
    assert "geheim" not in missing.value.message
    with pytest.raises(DataError):
        fetcher(tmp_path).file(f"{server.url}/b.tsv?x=${{OTHER}}", own=True)
    assert "geheim" not in server.requests[-1][0], "other variables stay here"
    with pytest.raises(DataError):
        fetcher(tmp_path).file(url.replace("a.tsv", "c.tsv"))
    assert "geheim" not in server.requests[-1][0], "an address from a service is not filled in"


def test_redaction():
    assert redacted("see https://a:b@h/x?page=2&api_key=k#f") == "see https://***@h/x?page=2&api_key=***#f"
    assert redacted("https://h/a@b?monkey=1") == "https://h/a@b?monkey=1"


def test_a_password_comes_from_netrc(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password geheim\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str] = []
    client = Fetcher(tmp_path)._client()
    request = next(present(client.auth).sync_auth_flow(httpx.Request("GET", server.url)))
    seen.append(request.headers.get("authorization", ""))
    assert seen[0].startswith("Basic ")


def test_a_rejected_file_is_put_aside_and_fetched_again(server: Server, tmp_path: Path, fetching: Fetcher):
    url = f"{server.url}/a.tsv"
    server.content["/a.tsv"] = b"one"
    path = fetching.file(url)
    path.write_bytes(b"bad")
    with pytest.raises(DataError, match="has changed"):
        fetcher(tmp_path).file(url)
    assert fetcher(tmp_path).file(url).read_bytes() == b"one"
    with pytest.raises(DataError, match="its publisher says"):
        fetcher(tmp_path).file(url, sha256="0" * 64)
    assert fetcher(tmp_path).file(url).read_bytes() == b"one"


def test_a_login_page_is_not_pinned(server: Server, tmp_path: Path, fetching: Fetcher):
    url = f"{server.url}/a.zip"
    server.content["/a.zip"] = b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in</title>"
    with pytest.raises(DataError, match="a web page instead of a file"):
        fetching.file(url)
    server.content["/a.zip"] = b"PK"
    assert fetching.file(url).read_bytes() == b"PK"


def test_frozen_reads_every_byte(server: Server, tmp_path: Path, fetching: Fetcher):
    """A change that keeps size and time is not seen by a memo."""
    import os

    url = f"{server.url}/a.tsv"
    server.content["/a.tsv"] = b"one"
    path = fetching.file(url)
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DataError, match="has changed"):
        fetcher(tmp_path, frozen=True).file(url)
    assert not list((tmp_path / "downloads").rglob("*.json")), "nothing is remembered on disk"


def test_a_memo_is_for_one_process_only(server: Server, tmp_path: Path, fetching: Fetcher):
    import os

    url = f"{server.url}/a.tsv"
    server.content["/a.tsv"] = b"one"
    path = fetching.file(url)
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    fetcher_module._digests.clear()  # as another process begins
    with pytest.raises(DataError, match="has changed"):
        fetcher(tmp_path).file(url)


def test_a_kill_before_the_new_validator_leaves_nothing_to_splice(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Half of version one is here when the server has version two, and the process dies as it begins with that."""
    server.content["/a"], server.faults = BODY, ["cut:300000", *["status:500"] * 6]
    with pytest.raises(DataError):
        fetch(f"{server.url}/a", tmp_path / "a")
    server.content["/a"] = BODY[::-1]
    write = Path.write_text

    def killed(path: Path, *args: Any, **fields: Any) -> int:
        if path.name.endswith(".part.json"):
            write(path, *args, **fields)
            raise KeyboardInterrupt
        return write(path, *args, **fields)

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.url}/a", tmp_path / "a")
    monkeypatch.setattr(Path, "write_text", write)
    assert fetch(f"{server.url}/a", tmp_path / "a").read_bytes() == BODY[::-1]


def test_a_part_without_the_validator_is_not_appended(server: Server, tmp_path: Path):
    server.content["/a"], server.faults = BODY, ["cut:300000", "no-etag"]
    fetch(f"{server.url}/a", tmp_path / "a")
    assert [asked for _, asked in server.requests] == [None, "bytes=300000-", None]


@pytest.mark.parametrize("name", ["guard", ".guard", ".a.part", "a.part.json", "x" * 300, "a\x1b[2J", "..", "%2e%2e"])
def test_names_of_files(server: Server, tmp_path: Path, fetching: Fetcher, name: str):
    from urllib.parse import quote

    url = f"{server.url}/{quote(name) if name != '%2e%2e' else name}/" + ("x" if name == ".." else "")
    last = url.rstrip("/").rpartition("/")[2]
    server.content[httpx.URL(url).raw_path.decode()] = b"one"
    path = fetching.file(url)
    assert path.read_bytes() == b"one"
    assert len(path.name) <= 100
    assert not path.name.startswith(".")
    assert path.parent.parent == tmp_path / "downloads", last


def test_an_endless_body_has_an_end(tmp_path: Path):
    def endless() -> Iterator[bytes]:
        while True:
            yield BODY

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=endless()))
    with httpx.Client(transport=transport) as client, pytest.raises(DataError, match=r"/a: more than 0.0 GB"):
        transfer(client, "https://h/a", tmp_path / "a", limits=DownloadLimits(largest=5_000_000))
    assert not list(tmp_path.iterdir())


def test_a_body_that_says_it_is_too_large_is_not_begun(server: Server, tmp_path: Path):
    server.content["/a"] = BODY
    with pytest.raises(DataError, match=r"/a: more than 0.0 GB"):
        fetch(f"{server.url}/a", tmp_path / "a", DownloadLimits(largest=100_000))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_seen_before(server: Server, tmp_path: Path):
    server.content["/a"] = BODY
    with pytest.raises(DataError, match="of the disk are free"):
        fetch(f"{server.url}/a", tmp_path / "a", DownloadLimits(spare=1 << 60))


def test_a_server_that_drips_is_given_up(server: Server, tmp_path: Path):
    server.content["/a"], server.faults = BODY, ["drip"] * 6
    with pytest.raises(DataError, match=r"no success in 6 attempts \([\d,]+ bytes a second\)"):
        fetch(f"{server.url}/a", tmp_path / "a", DownloadLimits(slowest=1 << 30, patience=0.0))


def test_local_mirrors_end_at_their_folder(tmp_path: Path):
    (tmp_path / "here").mkdir()
    (tmp_path / "secret").write_text("x")
    mirrored = Fetcher(tmp_path / "downloads", mirrors={"https://far.example/": str(tmp_path / "here")})
    with pytest.raises(DataError, match="the mirror has no"):
        mirrored.file("https://far.example/../secret")


WRITER = """
import sys
from collections.abc import Iterator
from pathlib import Path
from xlalign.bitext.fetch.lock import Lockfile
lock = Lockfile(Path(sys.argv[1]))
for i in range(40):
    lock.record_file(f"https://h/{sys.argv[2]}/{i}", {"sha256": "0", "size": i})
"""


def test_six_writers_lose_no_entry(tmp_path: Path):
    path = tmp_path / "xlalign.lock"
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)]) for n in range(6)]
    assert [process.wait(60) for process in running] == [0] * 6
    assert len(json.loads(path.read_text())["files"]) == 240
    assert not list(tmp_path.glob("*.draft"))


def test_two_contents_of_one_address_are_not_both_right(tmp_path: Path):
    """Two processes that both began without a lock file: the second to write is told, and nothing is overwritten."""
    first, second = (Lockfile(tmp_path / "xlalign.lock") for _ in range(2))
    first.record_file("https://h/a", {"sha256": "0" * 64, "size": 1})
    with pytest.raises(DataError, match="has changed"):
        second.record_file("https://h/a", {"sha256": "1" * 64, "size": 1})


@pytest.mark.parametrize(
    "content", ["[]", '{"files": [], "resolved": {}}', '{"files": {"a": 3}, "resolved": {}}', "[" * 9999]
)
def test_damaged_locks(tmp_path: Path, content: str):
    (tmp_path / "xlalign.lock").write_text(content)
    with pytest.raises(DataError, match="not a lock file"):
        Lockfile(tmp_path / "xlalign.lock")
