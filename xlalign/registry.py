"""Explicit lazy tables: name -> "module:attribute", resolved on first use.

Listing a table imports nothing, so `xlalign list` and `--help` never load torch. Third parties add rows through
an entry-point group of the same name (`xlalign.filters`, `xlalign.tasks`, ...).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from xlalign.errors import UserError, unknown_name

T = TypeVar("T")


class Registry(Generic[T]):
    """A table of one kind of extension.

    Args:
        kind: the kind in the singular, as error messages name it ("filter").
        table: name -> "module:attribute" of the built-in rows.
        group: entry-point group for third-party rows.
    """

    def __init__(self, kind: str, table: Mapping[str, str], group: str) -> None:
        self.kind = kind
        self.group = group
        self._table = dict(table)

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            if point.name in self._table or point.name in found:
                warnings.warn(
                    f"plug-in {self.kind} `{point.name}` ({point.value}) is ignored: name taken", stacklevel=2
                )
                continue
            found[point.name] = point
        return found

    def names(self) -> list[str]:
        """All names, sorted; nothing is imported."""
        return sorted({*self._table, *self._plugins})

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self._table or name in self._plugins

    def get(self, name: str) -> T:
        """Import and return what `name` stands for.

        Raises:
            UserError: the name is not in the table, or a plug-in does not import.
        """
        if name in self._table:
            module, _, attribute = self._table[name].partition(":")
            return cast("T", getattr(import_module(module), attribute))
        if name not in self._plugins:
            raise unknown_name(self.kind, name, self.names())
        try:
            return cast("T", self._plugins[name].load())
        except Exception as error:
            point = self._plugins[name]
            raise UserError(f"plug-in {self.kind} `{name}` ({point.value}) does not import: {error}") from error
