"""From the tables of a pipeline file to settings, noting every mistake on the way instead of stopping at the first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings
from xlalign.config.faults import Fault, nearest, unknown
from xlalign.config.load import Table, examine, merge, not_a_table, override
from xlalign.errors import UserError
from xlalign.stages.base import Section, Sections, place_of
from xlalign.stages.execution import ExecutionSettings

OTHERS = ("execution", "mirrors", "profiles", "title")
"""What a file may say beside its stages."""

_NAME = re.compile(r"[^\W_][\w.+-]{0,99}")
"""The name of a stage is also a folder (`--out`), a part of `--set NAME=VALUE` and an argument of commands."""

Fields = Mapping[str, Mapping[str, Any]]
"""Section -> field -> value, for every stage of the section: what a command's own options say."""


@dataclass
class Read:
    """What the tables say.

    Attributes:
        sections: the tables of stages that a file may have.
        stages: section -> name -> settings; of a faulty table what is left without its mistakes.
        changes: options by which it differs from its file.
        faults: every mistake.
        lost: (section, stage) -> fields that are missing in its settings because they were wrong.
    """

    sections: Sections
    stages: dict[str, dict[str, Settings]] = field(default_factory=dict)
    execution: ExecutionSettings = field(default_factory=ExecutionSettings)
    title: str = ""
    changes: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    lost: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def read_tables(
    sections: Sections,
    table: Mapping[str, Any],
    source: str,
    assignments: Iterable[str] = (),
    profile: str | None = None,
    fields: Fields | None = None,
) -> Read:
    """The tables of a file with a profile, `--set` and the options of a command applied, in this order.

    Args:
        sections: the tables of stages that a file may have.
        table: what the TOML file holds.
        source: the file, for messages.
        assignments: `NAME=VALUE`.
        profile: the name of a table of `[profiles]`.
        fields: values for every stage of a section.

    Raises:
        UserError: an assignment or the profile cannot be applied at all.
    """
    read, given = Read(sections), list(assignments)
    changed = override(dict(table), [])
    if profile is not None:
        _apply_profile(read, changed, profile, source)
    _apply_assignments(read, changed, given)
    changed = override(changed, [text for text in given if not _target_fault(sections, changed, text)])
    given += [line for name, values in (fields or {}).items() for line in _set_fields(changed, sections[name], values)]
    read.changes = (*(("--profile", profile) if profile else ()), *(part for a in given for part in ("--set", a)))
    _read_others(read, changed)
    for name, section in sections.items():
        if name in changed:
            read.stages[name] = _stages(read, section, changed[name])
    return read


def is_named(section: Section, table: Mapping[str, Any]) -> bool:
    """Whether a section's table holds stages by name, and not the fields of its only stage."""
    fields = {alias for name, field in section.settings.model_fields.items() for alias in (name, field.alias)}
    if not table or not all(isinstance(value, dict) for value in table.values()):
        return False
    others = [key for key in table if key not in fields and not nearest(key, filter(None, fields), 0.8)]
    # [eval] with the table `retrieval` alone is one stage, for that is a field; with `small` it holds stages by name.
    return bool(others) or not section.single


def _apply_profile(read: Read, table: Table, profile: str, source: str) -> None:
    profiles = table.get("profiles", {})
    if not isinstance(profiles, dict):
        raise UserError(*_said(not_a_table("profiles", profiles)))
    if profile not in profiles:
        raise UserError(*_said(unknown("", f"profile in {source}:", profile, profiles)))
    for name, value in _table(read, profiles, profile).items():
        if fault := _target_fault(read.sections, table, f"{name}="):
            read.faults.append(Fault(f"profiles.{profile}", fault.message, fault.hint))
        else:
            merge(table, name.split("."), value)


def _said(fault: Fault) -> tuple[str, str | None]:
    return fault.message, fault.hint or None


def _apply_assignments(read: Read, table: Table, assignments: Iterable[str]) -> None:
    read.faults += [fault for text in assignments if (fault := _target_fault(read.sections, table, text))]


def _target_fault(sections: Sections, table: Table, assignment: str) -> Fault | None:
    """What is wrong with where an assignment goes: it changes stages that are there, and makes none."""
    path, equals, _ = assignment.partition("=")
    parts = path.strip().split(".")
    section = sections.get(parts[0])
    if not equals or section is None or not path.strip():
        return None if not equals or parts[0] in OTHERS else _no_table(sections, parts[0], path)
    own = table.get(section.name)
    if own is None:
        return Fault("", f"`--set {path}`: the file has no [{section.name}] table", f"add [{section.name}] to it")
    if not isinstance(own, dict) or not is_named(section, own) or len(parts) < 2 or parts[1] in {*own, "*"}:
        return None
    near = nearest(parts[1], own)
    known = ", ".join(own)
    hint = f"did you mean `{section.name}.{near}`?" if near else f"`{section.name}.*` means all of them"
    return Fault("", f"`--set {path}`: [{section.name}] has no stage `{parts[1]}`; it has: {known}", hint)


def _no_table(sections: Sections, name: str, path: str) -> Fault:
    fault = unknown("", f"table in `--set {path}`:", name, [*sections, *OTHERS])
    return Fault("", fault.message, fault.hint)


def _read_others(read: Read, table: Table) -> None:
    """Everything that is no stage, taken out of the table; an unknown table is a mistake."""
    read.title = str(table.get("title", ""))
    found = examine(ExecutionSettings, _table(read, table, "execution"), "execution")
    read.faults += found.faults
    read.execution = found.settings or ExecutionSettings()
    mirrors = examine(PrepareSettings, {"mirrors": table.get("mirrors", {})}, "")
    read.faults += mirrors.faults
    if mirrors.settings and mirrors.settings.mirrors:
        _add_mirrors(read.sections["prepare"], table, mirrors.settings.mirrors)
    names = [*read.sections, *OTHERS]
    for name in [name for name in table if name not in names]:
        read.faults.append(unknown(name, "table", name, names))
        if (near := nearest(name, names, 0.8)) and near not in table:
            table[near] = table[name]  # what is in it is looked at all the same
    _check_profiles(read, table)


def _check_profiles(read: Read, table: Table) -> None:
    for name, own in _table(read, table, "profiles").items():
        if not isinstance(own, dict):
            read.faults.append(not_a_table(f"profiles.{name}", own))


def _add_mirrors(prepare: Section, table: Table, mirrors: Mapping[str, str]) -> None:
    """`[mirrors]` holds for every prepare stage, which may say otherwise."""
    own = table.get("prepare")
    if isinstance(own, dict):
        for stage in own.values() if is_named(prepare, own) else [own]:
            stage["mirrors"] = {**mirrors, **stage.get("mirrors", {})}


def _table(read: Read, table: Table, name: str) -> Mapping[str, Any]:
    """A table that has to be one."""
    own = table.get(name, {})
    if isinstance(own, dict):
        return own
    read.faults.append(not_a_table(name, own))
    return {}


def _stages(read: Read, section: Section, given: Any) -> dict[str, Settings]:
    """One stage, or several under names: a section is named when it holds only tables that are no fields."""
    table = _table(read, {section.name: given}, section.name)
    if not isinstance(given, dict):
        return {}
    named = is_named(section, table)
    if not named and not section.single:
        hint = f"write [{section.name}.NAME], as in [{section.name}.ppa]"
        read.faults.append(Fault(section.name, f"[{section.name}] needs a name for each stage", hint))
        if not any(isinstance(value, dict) for value in table.values()):
            return {}
        table = {name: own for name, own in table.items() if isinstance(own, dict)}
        named = True
    tables = table if named else {section.name: table}
    return {name: _stage(read, section, name, own) for name, own in tables.items()}


def _stage(read: Read, section: Section, name: str, table: Mapping[str, Any]) -> Settings:
    place = place_of(section.name, name)
    if not _NAME.fullmatch(name):
        meant = re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "mine"
        hint = f"write [{section.name}.{meant}]"
        wanted = "letters, digits, `-`, `_`, `+`, `.`, and a letter or digit first"
        read.faults.append(Fault(place, f"`{name}` is no name for a stage: {wanted}", hint))
    elif name != section.name and name in (*read.sections, *OTHERS):
        hint = f"write [{section.name}.{name}-1]"
        read.faults.append(Fault(place, f"`{name}` is no name for a stage, but that of a table", hint))
    found = examine(section.settings, table, place)
    read.faults += [_explained(section, fault) for fault in found.faults]
    if found.lost or found.settings is None:
        read.lost[section.name, name] = found.lost
    return found.settings or section.settings.model_construct()


def _explained(section: Section, fault: Fault) -> Fault:
    """A stage cannot have the name of a field: `[align-words.hmm]` is the field `hmm`, and `aligner` none of its."""
    parts = fault.place.split(".")
    names = {alias for name, own in section.settings.model_fields.items() for alias in (name, own.alias)}
    if fault.message.startswith("unknown key") and len(parts) == 3 and set(parts[1:]) <= names:
        hint = f"to name a stage, write [{section.name}.my-{parts[1]}]: `{parts[1]}` is a field of [{section.name}]"
        return Fault(fault.place, fault.message, hint)
    return fault


def _set_fields(table: Table, section: Section, values: Mapping[str, Any]) -> Iterator[str]:
    """Set fields in every stage of a section, in place; gives the assignments that do the same."""
    own = table.setdefault(section.name, {})
    named = isinstance(own, dict) and is_named(section, own)
    prefix = [section.name, "*"] if named else [section.name]
    for name, value in values.items():
        merge(table, [*prefix, name], value)
        yield f"{'.'.join([*prefix, name])}={json.dumps(value, ensure_ascii=False)}"
