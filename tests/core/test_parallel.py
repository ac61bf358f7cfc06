"""Jobs come back in order from any engine, and are read only as fast as they are done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from xlalign.errors import MissingExtraError
from xlalign.parallel import JOBS_IN_FLIGHT, JOBS_TO_START, Engine, ordered_map


class FakeRay(ModuleType):
    """As much of Ray as is used, in this process; results are made when they are asked for."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.running = False
        self.pending = self.most_pending = 0

    def is_initialized(self) -> bool:
        return self.running

    def init(self, address: str, **options: Any) -> None:
        if address == "auto":
            raise ConnectionError("no cluster")
        self.running = True

    def shutdown(self) -> None:
        self.running = False

    def put(self, value: Any) -> Any:
        return value

    def remote(self, **options: Any) -> Callable[[Callable[..., Any]], Any]:
        def submit(function: Callable[..., Any], *values: Any) -> Callable[[], Any]:
            self.pending += 1
            self.most_pending = max(self.most_pending, self.pending)
            return lambda: function(*values)

        return lambda function: SimpleNamespace(remote=lambda *values: submit(function, *values))

    def get(self, result: Callable[[], Any]) -> Any:
        self.pending -= 1
        return result()


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", fake)
    return fake


def add(job: int, context: int) -> int:
    return job + context


@pytest.mark.parametrize("count", [0, 1, 50])
def test_ray_keeps_the_order_and_few_jobs_in_flight(ray: FakeRay, count: int):
    assert list(ordered_map(add, iter(range(count)), 10, Engine("ray", 2))) == list(range(10, 10 + count))
    assert ray.most_pending <= 2 * JOBS_IN_FLIGHT
    assert not ray.running


def test_a_running_cluster_is_left_running(ray: FakeRay):
    ray.running = True
    assert list(ordered_map(add, [1], 1, Engine("ray", 2))) == [2]
    assert ray.running


def test_ray_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match="needs the package ray"):
        list(ordered_map(add, [1], 1, Engine("ray", 2)))


def sleep(job: int, context: None) -> int:
    time.sleep(60)
    return job


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_processes_end_with_a_parent_that_is_killed():
    code = (
        "import sys, threading, time; sys.path.insert(0, sys.argv[1])\n"
        "from multiprocessing import active_children\n"
        "from test_parallel import sleep\n"
        "from xlalign.parallel import Engine, ordered_map\n"
        "def tell():\n"
        "    while len(active_children()) < 2: time.sleep(0.02)\n"
        "    time.sleep(1.5); print(*[child.pid for child in active_children()], flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()\n"
        "list(ordered_map(sleep, range(99), None, Engine('local', 2)))\n"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(number) for number in parent.stdout.readline().split()]
        parent.kill()
    assert len(workers) == 2
    deadline = time.monotonic() + 10
    while any(map(alive, workers)):
        assert time.monotonic() < deadline, "orphans"
        time.sleep(0.02)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_jobs_are_read_lazily():
    read: list[int] = []

    def jobs() -> Iterator[int]:
        for job in range(5):
            read.append(job)
            yield job

    results = ordered_map(add, jobs(), 0)
    assert next(results) == 0
    assert read == [0]


def where(job: int, context: None) -> int:
    return os.getpid()


@pytest.mark.parametrize(("count", "elsewhere"), [(3 * JOBS_TO_START - 1, False), (3 * JOBS_TO_START, True)])
def test_processes_start_for_many_jobs_only(count: int, elsewhere: bool):
    found = set(ordered_map(where, range(count), None, Engine("local", 3)))
    assert (os.getpid() not in found) == elsewhere
    assert len(found) <= 3
