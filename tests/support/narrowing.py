"""What a test knows of a value beyond its declared type, said so that a wrong guess fails the test."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """The value, which is not None."""
    assert value is not None
    return value


def each(kind: type[T], items: Iterable[object]) -> list[T]:
    """The items, every one of them a `kind`."""
    found = []
    for item in items:
        assert isinstance(item, kind), f"{item!r} is no {kind.__name__}"
        found.append(item)
    return found
