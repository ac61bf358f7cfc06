"""Downloads end complete and verified, or in a clear error, whatever the server does."""

from __future__ import annotations

import json
import random
from pathlib import Path

import httpx
import pytest
from fault_server import Server

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.fetch.lock import Lockfile
from xlalign.bitext.fetch.transfer import ATTEMPTS, NotFoundError, transfer
from xlalign.errors import DataError, UserError

BODY = bytes(range(256)) * 2000
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def fetch(server: Server, tmp_path: Path, name: str = "/a.bin", timeout: float = 2) -> tuple[Path, list[float]]:
    waits: list[float] = []
    with httpx.Client(follow_redirects=True, timeout=timeout) as client:
        transfer(client, server.url + name, tmp_path / "a.bin", sleep=waits.append)
    return tmp_path / "a.bin", waits


@pytest.mark.parametrize(
    ("faults", "ranges", "requests"),
    [
        ([], True, 1),
        (["status:500", "status:503"], True, 3),
        (["redirect", "redirect"], True, 3),
        (["cut:1000", "cut:5000"], True, 3),
        (["cut:1000"], False, 2),
        (["cut:300000", "change"], True, 2),
        (["cut:1000", "shifted"], True, 3),
        (["length:10"], True, 2),
        (["cut:100", "no-etag"], True, 2),
        (["drip"], True, 1),
    ],
)
def test_complete_after_faults(server: Server, tmp_path: Path, faults: list[str], ranges: bool, requests: int):
    server.content["/a.bin"], server.faults, server.ranges = BODY, list(faults), ranges
    path, waits = fetch(server, tmp_path)
    assert path.read_bytes() == server.content["/a.bin"]
    assert len(server.requests) >= requests
    assert [name.name for name in tmp_path.iterdir()] == ["a.bin"]
    assert len(waits) <= len(faults)


FAULTS = ["status:500", "status:429", "redirect", "cut:0", "cut:700", "cut:300000", "length:10", "change", "shifted"]


@pytest.mark.parametrize("seed", range(40))
def test_any_faults_end_complete_or_in_an_error(server: Server, tmp_path: Path, seed: int):
    """Up to nine faults in a row: the file is one that the server had as a whole, or there is none."""
    dice = random.Random(seed)
    server.content["/a.bin"], server.ranges = BODY, dice.random() < 0.8
    server.faults = dice.choices(FAULTS, k=dice.randint(1, 9))
    try:
        path, _ = fetch(server, tmp_path)
    except DataError:
        assert not (tmp_path / "a.bin").exists()
    else:
        assert path.read_bytes() in (BODY, BODY[::-1])


def test_only_the_rest_is_fetched_after_a_cut(server: Server, tmp_path: Path):
    server.content["/a.bin"], server.faults = BODY, ["cut:300000"]
    fetch(server, tmp_path)
    assert server.requests[1][1] == "bytes=300000-"


def test_an_interrupted_download_goes_on_in_the_next_run(server: Server, tmp_path: Path):
    server.content["/a.bin"], server.faults = BODY, ["cut:300000", *["status:500"] * ATTEMPTS]
    with pytest.raises(DataError, match="no success in"):
        fetch(server, tmp_path)
    assert not (tmp_path / "a.bin").exists()
    server.requests.clear()
    fetch(server, tmp_path)
    assert server.requests == [("/a.bin", "bytes=300000-")]
    assert (tmp_path / "a.bin").read_bytes() == BODY


def test_the_server_says_how_long_to_wait(server: Server, tmp_path: Path):
    server.content["/a.bin"], server.faults = BODY, ["status:503"]
    assert fetch(server, tmp_path)[1][0] >= 7


@pytest.mark.parametrize(
    ("status", "kind", "message"), [(404, NotFoundError, "no such file"), (403, DataError, "refused")]
)
def test_refusals_are_final(server: Server, tmp_path: Path, status: int, kind: type[Exception], message: str):
    server.content["/a.bin"], server.faults = BODY, [f"status:{status}"]
    with pytest.raises(kind, match=message):
        fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_a_server_that_falls_silent_is_asked_again(server: Server, tmp_path: Path):
    server.content["/a.bin"], server.faults = BODY, ["stall:0.5"]
    path, waits = fetch(server, tmp_path, timeout=0.1)
    assert path.read_bytes() == BODY
    assert len(waits) == 1


@pytest.mark.parametrize("target", ["", "file:///etc/passwd", "ftp://127.0.0.1/a"])
def test_redirects_that_lead_nowhere(server: Server, tmp_path: Path, target: str):
    server.content["/a.bin"], server.faults = BODY, [f"redirect:{target}"] * 30
    with pytest.raises(DataError, match="leads nowhere"):
        fetch(server, tmp_path)
    assert not (tmp_path / "a.bin").exists()


def test_no_server(server: Server, tmp_path: Path):
    with httpx.Client(timeout=1) as client, pytest.raises(DataError, match="no success"):
        transfer(client, "http://127.0.0.1:9/a", tmp_path / "a", sleep=lambda _: None)


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path / "downloads", Lockfile(tmp_path / "xlalign.lock"), sleep=lambda _: None)


def test_a_file_is_fetched_once_and_locked(server: Server, tmp_path: Path, fetcher: Fetcher):
    server.content["/x/a.tsv"] = b"one\teins\n"
    url = f"{server.url}/x/a.tsv"
    path = fetcher.file(url, licence="CC0")
    assert path.name == "a.tsv"
    assert fetcher.file(url) == path
    assert len(server.requests) == 1
    entry = json.loads((tmp_path / "xlalign.lock").read_text())["files"][url]
    assert (entry["size"], entry["licence"]) == (9, "CC0")
    again = Fetcher(tmp_path / "downloads", Lockfile(tmp_path / "xlalign.lock", frozen=True), offline=True)
    assert again.file(url) == path


def test_a_changed_file_is_refused(server: Server, tmp_path: Path, fetcher: Fetcher):
    server.content["/a.tsv"] = b"one"
    url = f"{server.url}/a.tsv"
    fetcher.file(url)
    server.content["/a.tsv"] = b"two"
    elsewhere = Fetcher(tmp_path / "other", Lockfile(tmp_path / "xlalign.lock"))
    with pytest.raises(DataError, match=r"has changed: sha256 .*xlalign.lock says"):
        elsewhere.file(url)
    accepting = Fetcher(tmp_path / "accepting", Lockfile(tmp_path / "xlalign.lock", accept_changed=True))
    assert accepting.file(url).read_bytes() == b"two"
    assert Fetcher(tmp_path / "other", Lockfile(tmp_path / "xlalign.lock")).file(url).read_bytes() == b"two"
    fetcher.file(url).write_bytes(b"six")
    with pytest.raises(DataError, match="has changed"):
        fetcher.file(url)


def test_what_the_publisher_says(server: Server, fetcher: Fetcher):
    server.content["/a.tsv"] = b"one"
    with pytest.raises(DataError, match="its publisher says 0000"):
        fetcher.file(f"{server.url}/a.tsv", sha256="0" * 64)


def test_frozen_and_offline(server: Server, tmp_path: Path):
    server.content["/a.tsv"] = b"one"
    url = f"{server.url}/a.tsv"
    with pytest.raises(UserError, match="--frozen allows no change"):
        Fetcher(tmp_path, Lockfile(tmp_path / "xlalign.lock", frozen=True)).file(url)
    with pytest.raises(UserError, match="--offline allows no network"):
        Fetcher(tmp_path / "empty", offline=True).file(url)


def test_mirrors(server: Server, tmp_path: Path):
    server.content["/copy/a.tsv"] = b"one"
    (tmp_path / "here").mkdir()
    (tmp_path / "here/b.tsv").write_bytes(b"two")
    mirrors = {"https://far.example/": f"{server.url}/copy/", "https://far.example/local/": str(tmp_path / "here")}
    fetcher = Fetcher(tmp_path / "downloads", Lockfile(tmp_path / "xlalign.lock"), mirrors)
    assert fetcher.file("https://far.example/a.tsv").read_bytes() == b"one"
    assert fetcher.file("https://far.example/local/b.tsv") == tmp_path / "here/b.tsv"
    with pytest.raises(NotFoundError, match="the mirror has no"):
        fetcher.file("https://far.example/local/c.tsv")
    assert sorted(json.loads((tmp_path / "xlalign.lock").read_text())["files"]) == [
        "https://far.example/a.tsv",
        "https://far.example/local/b.tsv",
    ]


def test_answers(server: Server, tmp_path: Path, fetcher: Fetcher):
    server.content["/api?q=1"], server.content["/bad"] = b'{"a": 1}', b"<html>"
    assert fetcher.resolve("q", lambda: fetcher.ask(f"{server.url}/api?q=1")) == {"a": 1}
    assert fetcher.resolve("q", lambda: pytest.fail("asked again")) == {"a": 1}
    with pytest.raises(DataError, match="not JSON"):
        fetcher.ask(f"{server.url}/bad")


def test_a_kept_answer_stands_in(server: Server, tmp_path: Path, fetcher: Fetcher):
    url = f"{server.url}/api"
    server.content["/api"] = b"[1]"
    assert fetcher.ask(url, keep=True) == [1]
    server.content["/api"] = b"[2]"
    assert fetcher.ask(url, keep=True) == [2], "a fresh answer comes first"
    del server.content["/api"]
    assert fetcher.ask(url, keep=True) == [2]
    assert Fetcher(tmp_path / "downloads", offline=True).ask(url, keep=True) == [2]
    with pytest.raises(NotFoundError):
        fetcher.ask(url)
    with pytest.raises(UserError, match="--offline allows no network"):
        Fetcher(tmp_path / "empty", offline=True).ask(url, keep=True)


def test_damaged_lock(tmp_path: Path):
    (tmp_path / "xlalign.lock").write_text("{")
    with pytest.raises(DataError, match="not a lock file"):
        Lockfile(tmp_path / "xlalign.lock")
