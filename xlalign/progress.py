"""How long work tells what it has done, without knowing who listens.

Domain code calls `progress.track(...)` or opens a `progress.task(...)`; the command line installs a listener
that draws bars or prints lines. With no listener (library use, tests) nothing happens.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple, TypeVar
from uuid import uuid4

from xlalign.errors import Notice

T = TypeVar("T")


class Event(NamedTuple):
    """One piece of news about one task. `done` counts units; `total` is None when unknown.

    A `warning` belongs to no task; its text is the note.
    """

    task: str
    kind: Literal["start", "advance", "end", "warning"]
    description: str = ""
    unit: str = ""
    total: int | None = None
    done: int = 0
    note: str = ""


Listener = Callable[[Event], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every event inside the block to `listener`, our own warnings (`Notice`) included."""
    token, previous = _listener.set(listener), warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, Notice):
            listener(Event("", "warning", note=str(message)))
        else:
            previous(message, category, *place, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = previous
        _listener.reset(token)


class RunningTask:
    """A piece of work with a known or unknown number of units."""

    def __init__(self, listener: Listener | None, identity: str) -> None:
        self._listener = listener
        self._identity = identity

    def advance(self, count: int = 1, note: str = "") -> None:
        """Report `count` more units done; `note` is a short text beside the bar ("loss 2.31")."""
        if self._listener:
            self._listener(Event(self._identity, "advance", done=count, note=note))


@contextmanager
def task(description: str, total: int | None = None, unit: str = "") -> Iterator[RunningTask]:
    """Open a task for the length of the block, e.g. `task("tokenise", total=len(texts), unit="sentences")`."""
    listener = _listener.get()
    identity = uuid4().hex if listener else ""
    if listener:
        listener(Event(identity, "start", description, unit, total))
    try:
        yield RunningTask(listener, identity)
    finally:
        if listener:
            listener(Event(identity, "end"))


def track(items: Iterable[T], description: str, total: int | None = None, unit: str = "") -> Iterator[T]:
    """Yield `items` one by one, reporting each."""
    with task(description, total, unit) as running:
        for item in items:
            yield item
            running.advance()
