"""Threads at a barrier give their core to others; a user's own choice stands."""

import os

from xlalign import threads
from xlalign.stages.execution import ENVIRONMENT


def test_whoever_imports_the_package_waits_politely():
    assert {name: os.environ.get(name) for name in threads.WAITING} == threads.WAITING
    assert threads.WAITING.items() <= ENVIRONMENT.items()


def test_a_users_choice_stands(monkeypatch):
    for name in threads.WAITING:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    threads.yield_at_barriers()
    assert (os.environ["GOMP_SPINCOUNT"], os.environ["KMP_BLOCKTIME"]) == ("7", "1")
    for name in threads.WAITING:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    threads.yield_at_barriers()
    assert not threads.WAITING.keys() & os.environ.keys()
