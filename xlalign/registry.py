"""Explicit lazy tables: name -> "module:attribute", resolved on first use.

Listing a table imports nothing, so `xlalign list` and `--help` never load torch. Third parties add rows through
an entry-point group of the same name (`xlalign.filters`, `xlalign.tasks`, ...).

A part that can be configured is a row that stands for its **settings model**: light, and either the part itself (a
source, a filter) or what makes the part and only then imports what is heavy (an aligner, an objective). So a table of
a pipeline file is validated by the model of whichever part it names, ours or a plug-in's, in the same way.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import core_schema

from xlalign.config import PartError
from xlalign.errors import UserError, unknown_name

T = TypeVar("T")


def imported(place: str) -> Any:
    """What "module:attribute" names, imported when it is asked for.

    So settings say what makes their part and stay light, and no two modules know each other.
    """
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


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
            # Ours win, and of two plug-ins the first: a package that is installed must not change what a pipeline file
            # means.
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
            return cast("T", imported(self._table[name]))
        if name not in self._plugins:
            raise unknown_name(self.kind, name, self.names())
        try:
            return cast("T", self._plugins[name].load())
        except Exception as error:
            point = self._plugins[name]
            raise UserError(f"plug-in {self.kind} `{name}` ({point.value}) does not import: {error}") from error


@dataclass(frozen=True)
class OneOf:
    """Marks a field that holds the settings of any part of a registry, told apart by the field `named_by`.

    `objective: Annotated[SerializeAsAny[ObjectiveOptions], OneOf(OBJECTIVES)]` takes `{kind = "anchor", weight = 2}`:
    the row `anchor` of the registry says which model validates the rest. Unlike a union it is open: a plug-in's part is
    validated like ours. Settings that are made already pass through.
    """

    registry: Registry[Any]
    named_by: str = "kind"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._part, handler(source), serialization=None)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        """For editors: every part whose model can be imported here."""
        names = {"enum": self.registry.names()}
        return {"anyOf": [names, {"type": "object", "properties": {self.named_by: names}}]}

    def _part(self, value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, BaseModel):
            return handler(value)
        if not isinstance(value, Mapping):
            raise ValueError(f"wanted a table with `{self.named_by}`")  # noqa: TRY004  (pydantic reads ValueError)
        name = value.get(self.named_by)
        if not isinstance(name, str):
            raise ValueError(f"`{self.named_by}` is missing; one of {', '.join(self.registry)}")  # noqa: TRY004
        try:
            model = self.registry.get(name)
        except UserError as error:
            raise ValueError("; ".join(filter(None, (error.message, error.hint)))) from error
        try:
            return model.model_validate(dict(value))
        except ValidationError as error:
            raise PartError(model, error) from error
