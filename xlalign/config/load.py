"""Read TOML, apply `--set` overrides, validate, and turn every mistake into one clear message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from xlalign.config import PartError
from xlalign.config.faults import Fault, fail, nearest
from xlalign.errors import UserError, XlalignError

M = TypeVar("M", bound=BaseModel)
_MEANT = re.compile("did you mean `(.+?)`")
Table = dict[str, Any]


def read_toml(path: Path) -> Table:
    """The tables of a TOML file.

    Raises:
        UserError: the file is missing, not UTF-8 or not TOML (with line and column).
    """
    try:
        return _decoded(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", "write one with `xlalign init`") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not TOML: {error}", "see https://toml.io for the syntax") from error
    except RecursionError as error:
        raise UserError(f"{path} is nested too deeply to be read", "a pipeline needs five levels at most") from error
    except ValueError as error:
        raise UserError(f"{path} holds an integer of more than 64 bits", "write it as a float, or mend it") from error


def _decoded(text: str) -> Table:
    """The tables of TOML text, whose integers have 64 bits by its specification.

    Raises:
        ValueError: the text is no TOML, or an integer is longer; Python cannot even print one of 5,000 digits.
    """
    table = tomllib.loads(text)
    pending: list[Any] = [table]
    while pending:
        value = pending.pop()
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("an integer of more than 64 bits")
        pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return table


def override(table: Table, assignments: Iterable[str]) -> Table:
    """A copy of `table` with `--set` assignments such as `pretrain.ppa.steps=200` applied.

    A value is read as TOML where it is TOML (`3`, `true`, `["de", "ru"]`), else as text, so `no` stays Norwegian
    and `de` needs no quotes.
    """
    changed = _copy(table)
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path.strip():
            raise UserError(f"`--set {assignment}`: wanted NAME=VALUE", "for example --set eval.seeds=[1,2,3]")
        merge(changed, path.strip().split("."), _value(text.strip()))
    return changed


def merge(table: Table, path: list[str], value: Any) -> None:
    """Set the field at `path` in place, making the tables on the way; `*` stands for every table that is there."""
    for depth, key in enumerate(path[:-1]):
        if key == "*":
            for own in [item for item in table.values() if isinstance(item, dict)]:
                merge(own, path[depth + 1 :], value)
            return
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise UserError(f"`{'.'.join(path)}`: `{'.'.join(path[: depth + 1])}` is a value, not a table")
    table[path[-1]] = value


def validate(model: type[M], table: Mapping[str, Any], where: str, source: str) -> M:
    """Validate one table as `model`.

    Args:
        model: the settings model.
        table: what the file (and `--set`) says.
        where: dotted name of the table ("pretrain.ppa"), for messages.
        source: the file, for messages.

    Raises:
        UserError: one line per mistake, with dotted key, offending value and the nearest valid key.
    """
    if not isinstance(table, Mapping):
        fail(source, [not_a_table(where, table)])
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        fail(source, mistakes_of(model, error, where))
        raise AssertionError("a validation error without a mistake") from error


class Examined(NamedTuple, Generic[M]):
    """A table that was validated in spite of its mistakes.

    Attributes:
        settings: what is left without the faulty fields; None where that makes no settings.
        faults: the mistakes.
        lost: fields that the table had and `settings` has not.
    """

    settings: M | None
    faults: list[Fault]
    lost: frozenset[str]


def examine(model: type[M], table: Mapping[str, Any], where: str) -> Examined[M]:
    """Validate one table and go on after a mistake, so that all of a file are found at once.

    A key that is nearly a field is taken for that field misspelt, whatever else the model could make of it:
    `batchsize` is no hyperparameter. Each round takes the keys with mistakes away:

        {steps = 0, batchsize = 8, seed = 1}  ->  {steps = 0, seed = 1}  ->  {seed = 1}
    """
    faults: list[Fault] = []
    left, lost = dict(table), set[str]()
    # Each round loses a key at least, so it ends; what is left at the end has no mistake that the model knows.
    while True:
        try:
            return Examined(model.model_validate(left), faults, frozenset(lost))
        except (ValidationError, XlalignError) as error:
            found, keys = _first_mistakes(model, left, error, where)
        faults += [fault for fault in found if fault not in faults]
        lost |= keys | {meant for fault in found for meant in _MEANT.findall(fault.hint)}
        if not left:
            return Examined(None, faults, frozenset(lost))
        left = {key: value for key, value in left.items() if key not in keys}


def _first_mistakes(
    model: type[BaseModel], table: Mapping[str, Any], error: ValidationError | XlalignError, where: str
) -> tuple[list[Fault], set[str]]:
    """The mistakes that are certain, and the keys without which the others show; all keys where none is to blame."""
    if misspelt := _misspelt(model, table):
        return [_unknown_key(model, f"{where}.{key}", []) for key in sorted(misspelt)], misspelt
    if isinstance(error, ValidationError):
        keys = set().union(*(_blamed(item, table) for item in error.errors()))
        return mistakes_of(model, error, where), keys or set(table)
    named = {key for key, value in table.items() if f"`{value}`" in error.message or f"`{key}`" in error.message}
    extra = {key for key in table if key not in {*model.model_fields, *_known(model, [])}}
    return [Fault.of(where, error)], named or extra or set(table)


def mistakes_of(model: type[BaseModel], error: ValidationError, where: str) -> list[Fault]:
    """What pydantic said about a table of `model` at the dotted name `where`."""
    faults: list[Fault] = []
    for item in error.errors():
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, PartError):
            place = ".".join(filter(None, [where, *map(str, item["loc"])]))
            faults += mistakes_of(cause.model, cause.error, place)
        else:
            faults.append(_mistake(model, item, where))
    return faults


def _mistake(model: type[BaseModel], item: Any, where: str) -> Fault:
    location = [str(part) for part in item["loc"]]
    name = ".".join([where, *location] if where else location)
    if item["type"] == "extra_forbidden":
        return _unknown_key(model, name, location[:-1])
    return Fault(name, f"`{name}`: {item['msg'].removeprefix('Value error, ')} (found {shown(item['input'])})")


def not_a_table(where: str, found: object) -> Fault:
    """The fault of a value where a table was wanted."""
    return Fault(where, f"`{where}` has to be a table (found {shown(found)})", f"write [{where}]")


def shown(value: object) -> str:
    """A value as a message shows it: its beginning, where it is long."""
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."


def _unknown_key(model: type[BaseModel], name: str, path: list[str]) -> Fault:
    near = nearest(name.rpartition(".")[2], _known(model, path))
    return Fault(name, f"unknown key `{name}`", f"did you mean `{near}`?" if near else "")


def _blamed(item: Any, table: Mapping[str, Any]) -> set[str]:
    """The keys of a table that a mistake is about: where it is, or where it is in the part that the table names."""
    cause = item.get("ctx", {}).get("error")
    if not item["loc"] and isinstance(cause, PartError):
        return set().union(*(_blamed(own, table) for own in cause.error.errors()))
    named = {key for key, value in table.items() if f"`{key}`" in item["msg"] or f"`{value}`" in item["msg"]}
    return {str(item["loc"][0])} & set(table) if item["loc"] else named


def _misspelt(model: type[BaseModel], table: Mapping[str, Any]) -> set[str]:
    """The keys of a table that are no field and nearly one."""
    known = [*model.model_fields, *_known(model, [])]
    return {key for key in table if key not in known and nearest(key, known, 0.8)}


def _known(model: type[BaseModel], path: list[str]) -> list[str]:
    """The keys of the model at `path`, as users write them."""
    for part in path:
        field = model.model_fields.get(part)
        nested = _model_in(field.annotation) if field else None
        if nested is None:
            return []
        model = nested
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _value(text: str) -> Any:
    try:
        return _decoded(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _copy(table: Table) -> Table:
    return {key: _copy(item) if isinstance(item, dict) else item for key, item in table.items()}
