"""How long work tells what it has done, without knowing who listens.

Domain code calls `progress.track(...)` or opens a `progress.task(...)`; the command line installs a listener
that draws bars or prints lines. With no listener (library use, tests) nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, NamedTuple, TypeVar
from uuid import uuid4

T = TypeVar("T")


class Event(NamedTuple):
    """One piece of news about one task. `done` counts units; `total` is None when unknown."""

    task: str
    kind: Literal["start", "advance", "end"]
    description: str = ""
    unit: str = ""
    total: int | None = None
    done: int = 0
    note: str = ""


Listener = Callable[[Event], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every event inside the block to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


class Task:
    """A piece of work with a known or unknown number of units."""

    def __init__(self, listener: Listener | None, identity: str) -> None:
        self._listener = listener
        self._identity = identity

    def advance(self, count: int = 1, note: str = "") -> None:
        """Report `count` more units done; `note` is a short text beside the bar ("loss 2.31")."""
        if self._listener:
            self._listener(Event(self._identity, "advance", done=count, note=note))


@contextmanager
def task(description: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
    """Open a task for the length of the block, e.g. `task("tokenise", total=len(texts), unit="sentences")`."""
    listener = _listener.get()
    identity = uuid4().hex if listener else ""
    if listener:
        listener(Event(identity, "start", description, unit, total))
    try:
        yield Task(listener, identity)
    finally:
        if listener:
            listener(Event(identity, "end"))


def track(items: Iterable[T], description: str, total: int | None = None, unit: str = "") -> Iterator[T]:
    """Yield `items` one by one, reporting each."""
    with task(description, total, unit) as running:
        for item in items:
            yield item
            running.advance()
