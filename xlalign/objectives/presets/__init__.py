"""Presets: published recipes as TOML data beside this file, and how they are changed and listed.

A package of its own brings one with an entry point in the group `xlalign.presets`: NAME = "package.module", where the
package holds NAME.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from xlalign.config.load import merge, validate
from xlalign.errors import UserError, unknown_name
from xlalign.objectives import OBJECTIVES
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import Need
from xlalign.registry import Registry

Table = dict[str, Any]

_OWN = sorted(item.name.removesuffix(".toml") for item in files(__name__).iterdir() if item.name.endswith(".toml"))
PRESETS: Registry[ModuleType] = Registry("preset", dict.fromkeys(_OWN, "xlalign.objectives:presets"), "xlalign.presets")
"""Preset -> a module of the package that holds its TOML file."""


def names() -> tuple[str, ...]:
    """All presets, sorted."""
    return tuple(PRESETS.names())


@cache
def _text(name: str) -> str:
    module = PRESETS.get(name)
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    try:
        return files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"preset `{name}`: the package {package} holds no {name}.toml", str(error)) from None


def table(name: str) -> Table:
    """A preset's own tables; with `base`, over those of the preset it varies.

    Raises:
        UserError: there is no such preset.
    """
    own = tomllib.loads(_text(name))
    base = own.pop("base", None)
    return own if base is None else _over(table(base), own)


def training(name: str) -> Table:
    """The paper's optimisation settings, which a pretrain stage takes where it says nothing else."""
    return dict(table(name).get("training", {}))


def load(name: str, options: Mapping[str, Any] | None = None) -> TrainingRecipe:
    """A preset with some values changed.

    Args:
        name: of the preset.
        options: nested tables or dotted names: {"contrast": {"temperature": 0.1}}, {"contrast.temperature": 0.1},
            {"data.mask_rate": 0.2}; a bare hyperparameter ("temperature") where only one objective has it. A table
            with a `kind` adds an objective: {"objectives": {"mine": {"kind": "anchor", "weight": 2}}}.

    Raises:
        UserError: no such preset or hyperparameter, or a value that does not fit.
    """
    tables = {key: value for key, value in table(name).items() if key not in {"training", "compat"}}
    changes = _flat(options or {})
    changes = {**_compat(name, changes.pop("compat", None)), **changes}
    # A kind first: it says which other keys its objective has.
    for path in sorted(changes, key=lambda path: not path.endswith(".kind")):
        _set(name, tables, path.split("."), changes[path])
    try:
        return validate(TrainingRecipe, tables, "", f"preset `{name}`")
    except UserError as error:
        raise UserError(error.message, f"see `xlalign pretrain --preset {name} --explain`") from None


def _compat(name: str, wanted: str | None) -> Table:
    """The overrides by which a preset follows a released code where it differs from its paper."""
    known: Table = table(name).get("compat", {})
    if wanted is None:
        return {}
    if wanted not in known:
        raise unknown_name(f"`compat` of preset `{name}`", wanted, known)
    return _flat(known[wanted])


def explanation(name: str, recipe: TrainingRecipe | None = None, optimisation: Mapping[str, Any] | None = None) -> str:
    """What a preset is, for people: paper, equation, every hyperparameter, every deviation (Markdown).

    Args:
        name: of the preset.
        recipe: the preset with changes; the published value is printed beside each. None = as published.
        optimisation: values of the `[pretrain.NAME]` table, as steps and rate; None = what the paper says.
    """
    original = load(name)
    recipe = recipe or original
    published = {**hyperparameters(original), **_named("training", training(name))}
    values = {**hyperparameters(recipe), **_named("training", training(name) if optimisation is None else optimisation)}
    lines = [f"# {name}: {recipe.title}", "", f"Paper: {recipe.paper}", "", f"Loss: {recipe.equation}", ""]
    lines += [
        f"Reads: {', '.join(sorted(recipe.needs()))}. Reduction: {recipe.reduction}.",
        "",
        f"Cost: {recipe.cost():.1f} sentences encoded for each pair or document (no backward pass: one third).",
        "",
        "## Hyperparameters",
        "",
    ]
    lines += [f"- {key} = {value}{_beside(published, key, value)}" for key, value in values.items()]
    for title, rows in (
        ("What differs from the paper", recipe.deviations),
        ("Not stated in the paper", recipe.unverified),
    ):
        lines += ["", f"## {title}", "", *(f"- {row}" for row in rows)] if rows else []
    return "\n".join(lines) + "\n"


def hyperparameters(recipe: TrainingRecipe) -> Table:
    """Everything of a recipe that changes a result, by dotted name."""
    values: Table = {"reduction": recipe.reduction}
    values |= {f"data.{key}": value for key, value in recipe.data.model_dump(mode="json").items()}
    for name, objective in recipe.objectives.items():
        own = objective.model_dump(mode="json", exclude={"kind"})
        values |= {f"{name}.{key}": value for key, value in own.items()}
    return values


def _named(part: str, values: Mapping[str, Any]) -> Table:
    return {f"{part}.{key}": value for key, value in values.items()}


def _beside(published: Table, key: str, value: Any) -> str:
    return "" if published.get(key, value) == value else f" (preset: {published[key]})"


def needs(name: str, options: Mapping[str, Any] | None = None) -> set[Need]:
    """What a preset reads: pairs, mono, links, dictionary."""
    return load(name, options).needs()


def catalogue() -> list[dict[str, str]]:
    """One row a preset: name, paper, needs, and cost as `TrainingRecipe.cost` counts it."""
    return [_row(name) for name in names()]


def _row(name: str) -> dict[str, str]:
    recipe = load(name)
    needed = ", ".join(sorted(recipe.needs()))
    return {"name": name, "what": recipe.title, "paper": recipe.paper, "needs": needed, "cost": f"{recipe.cost():.1f}"}


def _set(name: str, tables: Table, path: list[str], value: Any) -> None:
    """Put one value where it belongs: data, an objective, or the recipe itself."""
    objectives = tables["objectives"]
    if path[0] == "objectives" and len(path) > 1:
        path = path[1:]
    if path[1:] == ["kind"]:
        objectives.setdefault(path[0], {})["kind"] = value
    elif path[0] in objectives and len(path) > 1:
        _known(name, path[0], objectives[path[0]], path[1])
        merge(objectives[path[0]], path[1:], value)
    elif path[0] == "data" or path == ["reduction"]:
        merge(tables, path, value)
    elif len(path) == 1:
        owners = [key for key, own in objectives.items() if path[0] in _fields(own)]
        if len(owners) != 1:
            raise _unclear(name, path[0], owners, objectives)
        objectives[owners[0]][path[0]] = value
    else:
        raise unknown_name(f"part of preset `{name}`:", path[0], [*objectives, "data"])


def _known(preset: str, objective: str, own: Table, field: str) -> None:
    if field not in _fields(own):
        raise unknown_name(f"hyperparameter of `{objective}` in preset `{preset}`:", field, _fields(own))


def _fields(own: Table) -> set[str]:
    return set(OBJECTIVES.get(str(own["kind"])).model_fields)


def _unclear(preset: str, field: str, owners: list[str], objectives: Table) -> UserError:
    if owners:
        return UserError(
            f"`{field}` is a hyperparameter of {' and '.join(owners)} in preset `{preset}`",
            f"write {owners[0]}.{field}",
        )
    return unknown_name(
        f"hyperparameter of preset `{preset}`:", field, sorted(set().union(*map(_fields, objectives.values())))
    )


def _flat(options: Mapping[str, Any], prefix: str = "") -> Table:
    """{"a": {"b": 1}} and {"a.b": 1} alike as {"a.b": 1}."""
    flat: Table = {}
    for key, value in options.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _over(base: Table, own: Table) -> Table:
    merged = dict(base)
    for key, value in own.items():
        merged[key] = _over(base[key], value) if isinstance(value, dict) and key in base else value
    return merged
