"""Settings: the base of every model of what `xlalign.toml` may say, and which part of it identifies a result."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo


class Settings(BaseModel):
    """A frozen table of options; an unknown key is an error.

    Every field states its unit in its description. Fields made by `operational` (device, workers, log interval)
    do not identify a result; fields made by `late` were added after a release and count only when set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class PartError(ValueError):
    """A table that names a part and does not fit its settings model; its mistakes are told one by one."""

    def __init__(self, model: type[BaseModel], error: ValidationError) -> None:
        super().__init__(str(error))
        self.model, self.error = model, error


def operational(default: Any, description: str, **more: Any) -> Any:
    """A field that never changes the result, so it stays out of the cache key."""
    return Field(default, description=description, json_schema_extra={"operational": True}, **more)


def late(default: Any, description: str, **more: Any) -> Any:
    """A field added later: at its default it stays out of the cache key, so old artifacts still hit."""
    return Field(default, description=description, json_schema_extra={"late": True}, **more)


def identity(settings: Settings) -> dict[str, Any]:
    """The fields that identify a result, as plain JSON values, recursively."""
    fields = type(settings).model_fields.items()
    return {name: _plain(getattr(settings, name)) for name, field in fields if _counts(settings, name, field)}


def _counts(settings: Settings, name: str, field: FieldInfo) -> bool:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if extra.get("operational"):
        return False
    # A late field at its default is as if it had never been added: keys from before it still hit.
    return not (extra.get("late") and getattr(settings, name) == field.default)


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return identity(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # What JSON has stays; a path or an enumeration is known by its text.
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
