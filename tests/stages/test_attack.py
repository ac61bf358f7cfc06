"""Kills, damage and crowds: in the end every artifact is there once, and the same bytes. `nox -s slow`."""

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_server import Server, serving
from narrowing import present
from whole_pipeline import PIPELINE, table

from xlalign.artifacts.collect import garbage, sweep
from xlalign.artifacts.digest import _digested
from xlalign.artifacts.making import Recipe, Workspace, obtain
from xlalign.artifacts.store import Store
from xlalign.artifacts.verify import survey
from xlalign.progress import Event
from xlalign.stages.base import Node
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.pipeline import load
from xlalign.stages.runner import Outcome, make_current

pytestmark = [
    pytest.mark.slow,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.filterwarnings("always::xlalign.errors.Notice"),
]
KILLS = int(os.environ.get("XLALIGN_KILLS", "200"))
ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"


def environment(**more: str) -> dict[str, str]:
    """That of this test (its own cache), for a process of its own."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(SUPPORT)]), **more}


def contents(store: Store) -> dict[str, str]:
    return {f"{a.manifest.stage} {a.manifest.name}": a.manifest.content for a in store.artifacts()}


def command(cache: Path) -> list[str]:
    return [sys.executable, "-m", "xlalign.cli.main", "run", "-q", "--workers", "2", "--cache", str(cache)]


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    with serving() as running:
        running.content["/pairs.tsv"] = table()
        yield running


class Spawned:
    """A process of its own for each run, with two workers: kills also hit what is between processes."""

    share = 0.1
    """Of the kills: the import of the libraries, five seconds, is most of such a run."""

    def __enter__(self) -> "Spawned":
        return self

    def __exit__(self, *error: object) -> None: ...

    def __call__(self, cache: Path, downloads: str, seconds: float = 0) -> int:
        with Path("stderr").open("ab") as log:
            own = environment(XLALIGN_DOWNLOADS=downloads)
            process = subprocess.Popen(command(cache), env=own, stdout=log, stderr=log)
        try:
            return process.wait(seconds or None)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


class Forked:
    """Forks of a process that has done the work once: the moment of a kill is one of the work itself."""

    share = 1.0

    def __enter__(self) -> "Forked":
        self._errors = Path("stderr").open("ab")
        pipe, run = subprocess.PIPE, [sys.executable, "-m", "forked_runs"]
        server = subprocess.Popen(run, env=environment(), stdin=pipe, stdout=pipe, stderr=self._errors, text=True)
        self._server, self._questions, self._answers = server, present(server.stdin), present(server.stdout)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.kill()
        self._server.communicate()
        self._errors.close()

    def __call__(self, cache: Path, downloads: str, seconds: float = 0) -> int:
        self._questions.write(f"{cache} {downloads} {seconds}\n")
        self._questions.flush()
        return int(self._answers.readline())


@pytest.mark.parametrize("how", [Spawned, Forked])
def test_killed_at_random_moments_it_ends_as_if_undisturbed(how, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = f'{{ uri = "url:{server.url}/pairs.tsv", languages = ["en", "de"] }}'
    Path("xlalign.toml").write_text(PIPELINE.replace("@SOURCE@", source))
    with how() as run:
        assert run(tmp_path / "calm", "d0") == 0, Path("stderr").read_text()
        wanted = contents(Store(tmp_path / "calm"))
        assert {name.partition(" ")[0] for name in wanted} >= KINDS
        started = time.monotonic()
        assert run(tmp_path / "again", "d") == 0
        seconds = time.monotonic() - started
        dice, kills, rounds = random.Random(3), 0, 0
        while kills < KILLS * how.share:
            rounds += 1
            store = Store(tmp_path / f"cache{rounds}")
            # At most ten kills on one cache: the pipeline goes on each time, and what was killed while it did is left.
            for _ in range(10):
                code = run(store.root, f"d{rounds}", dice.uniform(0, seconds))
                assert code in (0, -9), Path("stderr").read_text()
                kills += code == -9
                if code == 0:
                    break
            assert run(store.root, f"d{rounds}") == 0
            assert contents(store) == wanted
            assert [finding for finding in survey(store) if finding.damage] == []
            sweep(store, garbage(store, keep_runs=1, grace=0))
            assert contents(store) == wanted
            assert leftovers(store) == []
            assert [path.name for path in downloaded(tmp_path, rounds)] == ["pairs.tsv"]
            taken = time.monotonic() - started
            print(f"{kills} kills in {rounds} caches, a run takes {seconds:.1f} s, all {taken:.0f} s", flush=True)
    assert "Traceback" not in Path("stderr").read_text()


def downloaded(folder: Path, number: int) -> list[Path]:
    """The one file of a folder of downloads; its guard stays, as somebody may wait for it."""
    return [path for path in (folder / f"d{number}").rglob("*") if path.is_file() and path.name != ".guard"]


KINDS = {
    "prepare",
    "align-words",
    "tokens",
    "pretrain",
    "task-data",
    "fine-tune",
    "cell",
    "eval",
    "diagnose",
    "diagnostics",
}


def leftovers(store: Store) -> list[str]:
    """What no artifact, record of a run or lock of one is."""
    kept = {"artifacts", "runs", "gate.lock"}
    found = [
        path for path in store.root.rglob("*") if path.is_file() and path.relative_to(store.root).parts[0] not in kept
    ]
    return [str(path) for path in [*found, *store.root.rglob("*.draft"), *store.root.glob("work/*")]]


class Quiet:
    def planned(self, nodes: list[Node]) -> None: ...
    def started(self, node: Node, why: str) -> None: ...
    def finished(self, node: Node, outcome: Outcome) -> None: ...

    def __init__(self) -> None:
        self.said: list[str] = []

    def progressed(self, name: str, event: Event) -> None:
        if event.kind == "warning":
            self.said.append(event.note)


def test_a_flipped_byte_in_every_kind_of_file_is_said_and_mended(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("pairs.tsv").write_bytes(table())
    Path("xlalign.toml").write_text(PIPELINE.replace("@SOURCE@", '"file:pairs.tsv"'))
    store, graph = Store(), load(Path("xlalign.toml")).graph()
    settings = ExecutionSettings(workers=1)
    outcomes = make_current(graph, graph, store, settings, Quiet(), "whole")
    wanted = contents(store)
    dice, seen = random.Random(7), set()
    for name, outcome in outcomes.items():
        stage = outcome.artifact.manifest.stage
        for file in outcome.artifact.manifest.outputs:
            kind = (stage, re.sub(r"\d+|[a-z]{2}-[a-z]{2}", "#", file))
            if kind in seen or not outcome.artifact.manifest.outputs[file].size:
                continue
            seen.add(kind)
            flip(outcome.artifact.data / file, dice)
            _digested.clear()  # the next run is a process of its own
            users = [node.name for node in graph.values() if name in node.inputs.values()]
            for user in users:  # something has to be made from it again
                if (folder := store.folder(graph[user].kind.name, key_of(store, user))).is_dir():
                    store.discard(folder)
            reporter = Quiet()
            again = make_current(graph, graph, store, settings, reporter, "whole", reading=[] if users else [name])
            assert any(f"`{name}`" in said and file in said for said in reporter.said), (name, file, reporter.said)
            assert contents(store) == wanted, f"poisoned by {file} of {name}"
            made = sorted(each for each, outcome in again.items() if outcome.state == "made")
            print(f"{stage:12} {kind[1]:40} said, made again: {', '.join(made)}", flush=True)
            outcomes = {**outcomes, **again}
    assert {stage for stage, _ in seen} >= KINDS
    assert [finding for finding in survey(store) if finding.damage] == []


def key_of(store: Store, name: str) -> str:
    return next((a.manifest.key for a in store.artifacts() if a.manifest.name == name), "none")


def flip(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a disk does it: neither size nor time tells


CROWD = """
import random, sys
from fake_stage import graph, node
from xlalign.artifacts.store import Store
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.runner import make_current
class Quiet:
    def planned(self, nodes): pass
    def started(self, node, why): pass
    def finished(self, node, outcome): pass
    def progressed(self, name, event): pass
if __name__ == "__main__":
    seed, touched = int(sys.argv[1]), sys.argv[2]
    options = {"seconds": 0.4, "touch": touched}
    stages = graph(
        node("root", value=1, **options),
        *(node(f"a{i}", {"x": "root"}, value=i, **options) for i in range(4)),
        *(node(f"b{i}", {"x": f"a{i}", "y": f"a{(i + 1) % 4}"}, value=10 + i, **options) for i in range(4)),
        node("top", {f"r{i}": f"b{i}" for i in range(4)}, value=20, **options),
    )
    targets = random.Random(seed).sample(sorted(set(stages) - {"top"}), 3) + ["top"] * (seed % 2)
    outcomes = make_current(stages, targets, Store(), ExecutionSettings(workers=1), Quiet(), f"pipeline {seed}")
    print(" ".join(f"{o.artifact.manifest.stage}/{o.artifact.manifest.key}" for o in outcomes.values()))
"""

COLLECT = """
import time
from xlalign.artifacts.collect import garbage, sweep
from xlalign.artifacts.store import Store
while True:
    sweep(Store(), garbage(Store(), keep_runs=20, grace=0))
    time.sleep(1)
"""


def test_a_crowd_with_a_collector_and_a_killed_holder_loses_nothing(tmp_path):
    (tmp_path / "crowd.py").write_text(CROWD)
    (tmp_path / "collect.py").write_text(COLLECT)
    touched = tmp_path / "touched"

    def start(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, *arguments], env=environment(), stdout=subprocess.PIPE, text=True)

    def write(space: Workspace) -> None:
        (space.out / "x").write_text("x")

    old = obtain(Store(), Recipe("fake", "old", 1, {}), write)[0]
    crowd = [start(str(tmp_path / "crowd.py"), str(seed), str(touched)) for seed in range(8)]
    collector = start(str(tmp_path / "collect.py"))
    while not touched.exists():
        time.sleep(0.05)
    time.sleep(0.2)
    first = int(touched.read_text().split()[1])
    victim = next((process for process in crowd if process.pid == first), crowd[0])
    victim.kill()
    outputs = [process.communicate(timeout=120)[0] for process in crowd]
    time.sleep(1.5)
    collector.kill()
    collector.communicate()
    assert [process.returncode for process in crowd if process is not victim] == [0] * 7
    makers = [line.split() for line in touched.read_text().splitlines()]
    lost = {name for name, pid in makers if int(pid) == victim.pid}
    made = Counter(name for name, pid in makers)
    assert {name for name, count in made.items() if count > 1} <= lost, made
    wanted = {place for output in outputs for place in output.split()}
    missing = [place for place in wanted if not (Store().root / "artifacts" / place).is_dir()]
    assert missing == []
    assert not old.folder.is_dir(), "the collector did nothing"
    assert [finding for finding in survey(Store()) if finding.damage] == []
    print(
        f"{len(made)} artifacts, {sum(made.values())} made, {len(lost)} begun by the victim, {len(wanted)} named by 7"
    )
