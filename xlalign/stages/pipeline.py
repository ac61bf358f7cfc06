"""A pipeline file: its tables, validated, and the graph of stages they stand for."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings
from xlalign.config.load import Table, merge, override, read_toml, validate
from xlalign.errors import UserError, unknown_name
from xlalign.stages import align_words, diagnostics, evaluate, prepare, pretrain, vocabulary
from xlalign.stages.base import Node, Section, Stages
from xlalign.stages.execution import ExecutionSettings

FILE = "xlalign.toml"
BUILT_IN = "quickstart"
SECTIONS = {
    section.name: section
    for section in (
        prepare.SECTION,
        align_words.SECTION,
        vocabulary.SECTION,
        pretrain.SECTION,
        evaluate.SECTION,
        diagnostics.SECTION,
    )
}
"""The tables of stages, in the order in which they depend on each other."""

Fields = Mapping[str, Mapping[str, Any]]
"""Section -> field -> value, for every stage of the section: what a command's own options say."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A validated pipeline: where it came from, its stages by section and name, how to run it.

    Attributes:
        changes: the options by which it differs from its file (`--profile full`).
    """

    source: str
    stages: dict[str, dict[str, Settings]]
    execution: ExecutionSettings = field(default_factory=ExecutionSettings)
    title: str = ""
    changes: tuple[str, ...] = ()

    def graph(self) -> dict[str, Node]:
        """Every stage as a node, in the order of the file.

        Raises:
            UserError: two stages share a name, a name is unknown, or stages wait for each other.
        """
        return graph(self.stages)

    def command_line(self, command: str) -> str:
        """What a user types to run `command` on exactly this: file or built-in name, profile and overrides."""
        names = {str(path): [name] for name, path in builtin_files().items()} | {FILE: []}
        return shlex.join(["xlalign", command, *names.get(self.source, [self.source]), *self.changes])

    def changed(self, section: str, fields: Mapping[str, Any]) -> Pipeline:
        """The same pipeline with some (valid) fields changed in every stage of a section."""
        stages = {name: settings.model_copy(update=fields) for name, settings in self.stages.get(section, {}).items()}
        return replace(self, stages={**self.stages, section: stages} if stages else self.stages)

    def names(self, section: str) -> list[str]:
        """The names of a section's stages.

        Raises:
            UserError: the file has no such section.
        """
        found = list(self.stages.get(section, {}))
        if not found:
            raise UserError(
                f"{self.source} has no [{section}] stage", "add one, or see `xlalign init` for a file with all"
            )
        return found


def builtin_files() -> dict[str, Path]:
    """The pipelines that come with the package, by name."""
    packaged = Path(str(files("xlalign"))) / "_pipelines"
    folder = packaged if packaged.is_dir() else Path(str(files("xlalign"))).parent / "pipelines"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def locate(name: str | Path | None) -> Path:
    """The file that a user means: a path, the name of a built-in pipeline, `xlalign.toml`, or the quickstart."""
    if name is None:
        return Path(FILE) if Path(FILE).is_file() else builtin_files()[BUILT_IN]
    known = builtin_files()
    if Path(name).is_file():
        return Path(name)
    if str(name) in known:
        return known[str(name)]
    if Path(name).suffix == ".toml" or len(Path(name).parts) > 1:
        raise UserError(f"no pipeline file {name}", "write one with `xlalign init`")
    raise unknown_name("pipeline", str(name), known)


def load(
    path: Path, assignments: Iterable[str] = (), profile: str | None = None, fields: Fields | None = None
) -> Pipeline:
    """Read, override and validate a pipeline file.

    Args:
        path: the TOML file.
        assignments: `NAME=VALUE` overrides.
        profile: a table of `[profiles]` whose dotted fields are applied first.
        fields: values for every stage of a section, applied last.

    Raises:
        UserError: anything is wrong, with dotted key, value and the nearest valid name.
    """
    given = list(assignments)
    table = override(_profiled(read_toml(path), profile, path), given)
    given += [line for name, values in (fields or {}).items() for line in _set_fields(table, SECTIONS[name], values)]
    table.pop("profiles", None)
    title = str(table.pop("title", path.stem))
    execution = validate(ExecutionSettings, table.pop("execution", {}), "execution", str(path))
    mirrors = validate(PrepareSettings, {"mirrors": table.pop("mirrors", {})}, "", str(path)).mirrors
    unknown = [name for name in table if name not in SECTIONS]
    if unknown:
        raise unknown_name(f"table in {path}:", unknown[0], [*SECTIONS, "execution", "mirrors", "profiles", "title"])
    stages = {name: _stages(section, table[name], str(path)) for name, section in SECTIONS.items() if name in table}
    for name, settings in stages.get("prepare", {}).items():
        own = cast("PrepareSettings", settings).mirrors
        stages["prepare"][name] = settings.model_copy(update={"mirrors": {**mirrors, **own}})
    changes = [*(("--profile", profile) if profile else ()), *(part for a in given for part in ("--set", a))]
    return Pipeline(str(path), stages, execution, title, tuple(changes))


def _profiled(table: Table, profile: str | None, path: Path) -> Table:
    if profile is None:
        return table
    profiles = table.get("profiles", {})
    if profile not in profiles:
        raise unknown_name(f"profile in {path}:", profile, profiles)
    for name, value in profiles[profile].items():
        merge(table, name.split("."), value)
    return table


def _stages(section: Section, table: Mapping[str, Any], source: str) -> dict[str, Settings]:
    """One stage, or several under names: a section is named when it holds only tables that are no fields."""
    if not isinstance(table, Mapping):
        raise UserError(f"{source}: `{section.name}` has to be a table")
    named = _is_named(section, table)
    if not named and not section.single:
        raise UserError(f"{source}: [{section.name}] needs a name for each stage, as in [{section.name}.ppa]")
    tables = dict(table) if named else {section.name: table}
    return {
        name: validate(section.settings, item, f"{section.name}.{name}" if named else section.name, source)
        for name, item in tables.items()
    }


def _is_named(section: Section, table: Mapping[str, Any]) -> bool:
    """Whether a section's table holds stages by name, and not the fields of its only stage."""
    fields = {alias for name, field in section.settings.model_fields.items() for alias in (name, field.alias)}
    tables_only = bool(table) and all(isinstance(value, dict) for value in table.values())
    return tables_only and not (section.single and fields & set(table))


def _set_fields(table: Table, section: Section, values: Mapping[str, Any]) -> list[str]:
    """Set fields in every stage of a section, in place; returns the assignments that do the same."""
    own = table.setdefault(section.name, {})
    named = isinstance(own, dict) and _is_named(section, own)
    prefix = [section.name, "*"] if named else [section.name]
    for name, value in values.items():
        merge(table, [*prefix, name], value)
    return [f"{'.'.join([*prefix, name])}={json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]


def graph(stages: Stages) -> dict[str, Node]:
    """The nodes of all stages by name.

    Raises:
        UserError: two stages share a name, a name is unknown, or stages wait for each other.
    """
    found: dict[str, Node] = {}
    for section in SECTIONS.values():
        for name, settings in stages.get(section.name, {}).items():
            for node in section.nodes(name, settings, stages):
                if node.name in found:
                    raise UserError(f"two stages have the name `{node.name}`", "rename one in the pipeline file")
                found[node.name] = node
    _refuse_cycles(found)
    return found


def _refuse_cycles(nodes: Mapping[str, Node]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise UserError(f"stages wait for each other: {' -> '.join([*path[path.index(name) :], name])}")
        if name not in done:
            for source in nodes[name].inputs.values():
                visit(source, (*path, name))
            done.add(name)

    for name in nodes:
        visit(name, ())
