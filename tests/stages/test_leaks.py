"""One run that knows many secrets, and a search for them in everything that it leaves and says. `nox -s slow`."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest
from fault_server import Server, serving
from whole_pipeline import PIPELINE, table

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
ROOT = Path(__file__).parents[2]
SECRETS = {
    "password": "pw-geheim-1",
    "token in an address": "token-geheim-2",
    "token in the environment": "env-geheim-3",
    "token of the hub": "hf-geheim-4",
    "password in netrc": "netrc-geheim-5",
    "user": "nutzer-geheim-6",
    "home": "heim-geheim-7",
    "host": "rechner-geheim-8",
}
RENAMED = ["unshare", "--uts", "sh", "-c", f'hostname {SECRETS["host"]} && exec "$@"', "sh"]
"""A program on a machine of that name; only root may, and only on Linux."""


@cache
def may_rename() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*RENAMED, "true"], check=False, capture_output=True).returncode == 0


class Machine(NamedTuple):
    """A user's home, with a folder to work in, and what was said so far."""

    home: Path
    said: list[str]

    @property
    def work(self) -> Path:
        return self.home.parent / "work"

    def xlalign(self, *arguments: str) -> int:
        own = {
            "HOME": str(self.home),
            "USER": SECRETS["user"],
            "LOGNAME": SECRETS["user"],
            "XLALIGN_TOKEN": SECRETS["token in the environment"],
            "HF_TOKEN": SECRETS["token of the hub"],
            "PYTHONPATH": str(ROOT),
            "XLALIGN_CACHE": "",
        }
        command = [*(RENAMED if may_rename() else []), sys.executable, "-m", "xlalign.cli.main", *arguments]
        done = subprocess.run(command, check=False, cwd=self.work, env=os.environ | own, capture_output=True, text=True)
        self.said.append(done.stdout + done.stderr)
        return done.returncode


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / SECRETS["home"], [])
    made.home.mkdir()
    made.work.mkdir()
    netrc = f"machine 127.0.0.1 login me password {SECRETS['password in netrc']}\n"
    (made.home / ".netrc").write_text(netrc)
    (made.home / ".netrc").chmod(0o600)
    (made.home / "texts").mkdir()
    (made.home / "texts" / "own.tsv").write_bytes(table(20))
    return made


def test_nothing_of_the_machine_or_its_user_is_left_or_said(machine, server):
    token = SECRETS["token in the environment"]
    server.content[f"/pairs.tsv?token={token}"] = table()
    address = f"{server.url}/pairs.tsv?token=${{XLALIGN_TOKEN}}"
    own = f'{{ uri = "file:{machine.home}/texts/own.tsv", languages = ["en", "de"] }}'
    sources = f'{{ uri = "url:{address}", languages = ["en", "de"] }}, {own}'
    (machine.work / "xlalign.toml").write_text(PIPELINE.replace("@SOURCE@", sources))
    assert machine.xlalign("run", "-q", "-j", "1", "--debug", "--out", "copies") == 0, machine.said
    assert machine.xlalign("report", "-q", "--debug", "--out", "report") == 0, machine.said
    assert any(f"token={token}" in path for path, _ in server.requests), "the server was told"
    assert machine.xlalign("run", "-j", "1", "--json") == 0
    # Where each artifact lies is what `--json` is asked for; nothing else in it may say it.
    machine.said[-1], places = re.subn(r'"path": "[^"]*"', "", machine.said[-1])
    assert places > 5
    assert machine.xlalign("cache", "verify") == 0
    server.content.clear()
    host = server.url.removeprefix("http://")
    wrong = [
        f"http://me:{SECRETS['password']}@{host}/a.tsv",
        f"{server.url}/a.tsv?token={SECRETS['token in an address']}",
        f"{server.url}/gone.tsv?token=${{XLALIGN_TOKEN}}",
    ]
    for uri in wrong:
        source = f'prepare.sources=[{{uri="url:{uri}",languages=["en","de"]}}]'
        assert machine.xlalign("prepare", "-q", "-j", "1", "--debug", "--set", source) != 0
    assert leaks(machine) == []
    assert sum("Traceback" in said for said in machine.said) == len(wrong), "tracebacks were among what was searched"


def leaks(machine: Machine) -> list[str]:
    """Where a secret stands; the tests of the test: a file that is there to be found, and that places were searched."""
    places = [path for path in machine.home.parent.rglob("*") if path.is_file()]
    written = {path for path in places if path.parent != machine.home and path.name not in ("own.tsv", "xlalign.toml")}
    kinds = {"manifest.json", "xlalign.lock", "report.json", "results.json", "report.html"}
    assert kinds <= {path.name for path in written}, kinds - {path.name for path in written}
    found = [(str(path), text) for path in written for text in content(path)]
    found += [(f"message {number}", text.encode()) for number, text in enumerate(machine.said)]
    mine = str(machine.home.parent).encode()
    return [
        f"{kind} in {where}" for where, text in found for kind, word in SECRETS.items() if word.encode() in text
    ] + [f"the absolute place in {where}" for where, text in found if mine in text and not where.startswith("message")]


def content(path: Path) -> Iterator[bytes]:
    """A file's bytes, and the texts of a Parquet file, which its bytes hold compressed."""
    yield path.read_bytes()
    yield path.name.encode()
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pydict()).encode()
        yield str(pq.read_schema(path).metadata).encode()


def test_the_search_finds_what_is_there(machine):
    for name in ("manifest.json", "xlalign.lock", "report.json", "results.json", "report.html"):
        (machine.work / name).write_text("")
    assert leaks(machine) == []
    (machine.work / "report.json").write_text(f"from {machine.home}/texts")
    machine.said.append(SECRETS["password"])
    place = f"{machine.work}/report.json"
    assert leaks(machine) == [f"home in {place}", "password in message 0", f"the absolute place in {place}"]
