"""Listing corpora, the lock file and mirrors as a user has them, against a local server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_server import Server, serving
from typer.testing import CliRunner

from xlalign.cli.main import app

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
URL = "https://far.example/pairs.tsv"


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def here(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLALIGN_DOWNLOADS", str(tmp_path / "downloads"))
    server.content["/pairs.tsv"] = "".join(f"a house number {i}\tein Haus Nummer {i}\n" for i in range(40)).encode()
    config = f'[mirrors]\n"https://far.example/" = "{server.url}/"\n"https://opus.nlpl.eu/" = "{server.url}/"\n'
    config += f'[prepare]\nlanguages = ["en", "de"]\nsources = ["url:{URL}"]\ndev_size = 2\n'
    (tmp_path / "xlalign.toml").write_text(config)
    return tmp_path


def xlalign(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def prepare(cache: str, *options: str) -> tuple[int, str]:
    return xlalign("prepare", "--workers", "1", "--cache", cache, *options)


def test_lock_file(here: Path, server: Server, monkeypatch: pytest.MonkeyPatch):
    code, said = prepare("c", "--frozen")
    assert (code, "--frozen allows no change" in said) == (2, True)
    code, said = prepare("c", "--offline", "--set", "prepare.downloads=none")
    assert (code, "--offline allows no network" in said) == (2, True)
    assert prepare("c")[0] == 0
    assert list(json.loads((here / "xlalign.lock").read_text())["files"]) == [URL], "mirrors do not rename a file"
    requests = len(server.requests)
    assert prepare("d", "--frozen", "--offline")[0] == 0
    assert len(server.requests) == requests
    server.content["/pairs.tsv"] += b"one more\tnoch eins\n"
    monkeypatch.setenv("XLALIGN_DOWNLOADS", "elsewhere")
    code, said = prepare("c")
    assert (code, "has changed" in said, "--accept-changed" in said) == (3, True, True)
    assert prepare("c", "--accept-changed")[0] == 0
    assert prepare("c", "--frozen")[0] == 0


def test_listing(here: Path, server: Server):
    rows = [{"corpus": "Books", "version": "v1", "alignment_pairs": 51_467, "size": 9000, "source_tokens": 1}]
    server.content["/opusapi/"] = json.dumps({"corpora": rows}).encode()
    for command in (["list", "corpora", "de-en"], ["prepare", "--list-sources", "de"]):
        code, said = xlalign(*command)
        assert code == 0
        assert [line.split() for line in said.splitlines()][:2] == [
            ["source", "pairs", "size", "licence"],
            ["opus:Books@v1", "51,467", "9.2", "MB", "not", "stated"],
        ]
    assert json.loads(xlalign("list", "corpora", "en-de", "--json")[1])[0]["size"] == 9_216_000
    assert not (here / "xlalign.lock").exists(), "a listing pins nothing"
    assert xlalign("list", "corpora")[0] == 2


def test_wrong_mirrors(here: Path):
    code, said = xlalign("prepare", "--set", "mirrors=3")
    assert (code, "`mirrors`" in said) == (2, True)
