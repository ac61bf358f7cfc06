"""Writes docs/reference/ and the list of decisions; `--check` says whether they are current.

    python docs/generate.py [--check]

The command line's pages are the `--help` texts themselves; tables of names come from the same registries that the
stages use; fields come from the settings models.
"""

from __future__ import annotations

import inspect
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xlalign.registry import OneOf

DOCS = Path(__file__).parent
NOTE = "\n\n<!-- Written by docs/generate.py; do not edit. -->\n"
HELP_WIDTH = "80"
COLOURED = ("FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE")
PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": HELP_WIDTH, "TERMINAL_WIDTH": HELP_WIDTH}


def cli() -> str:
    """The `--help` of every command."""
    parts = ["# Command line\n", "What `--help` prints, for every command.\n"]
    for path, text in help_texts():
        parts.append(f"{'##' if len(path) < 3 else '###'} `{' '.join(path)}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def help_texts() -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command's path and its help, plain and at a fixed width."""
    for name in COLOURED:
        os.environ.pop(name, None)
    os.environ.update(PLAIN)  # typer reads its width when it is imported
    from typer.main import get_command
    from typer.testing import CliRunner

    from xlalign.cli.main import app

    for path in command_paths(get_command(app), ("xlalign",)):
        answer = CliRunner().invoke(app, [*path[1:], "--help"], prog_name=path[0], env=PLAIN)
        yield path, "\n".join(line.rstrip() for line in answer.output.strip().splitlines())


def command_paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The command and all below it."""
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from command_paths(child, (*path, name))


def presets() -> str:
    """The table of presets, then each with its equation, values and deviations."""
    from xlalign.cli.catalogue import CATALOGUES
    from xlalign.objectives.presets import load

    rows = CATALOGUES["presets"]()
    intro = (
        "Published recipes of alignment, for `preset = ...` in a `[pretrain.NAME]` table. Cost: sentences encoded for "
        "each pair or document, forward and backward; a pass without gradient counts one third."
    )
    sections = [preset(row["name"], load(row["name"])) for row in rows]
    return "\n\n".join([f"# Presets\n\n{intro}\n\n{table(rows)}".rstrip(), *sections])


def preset(name: str, recipe: Any) -> str:
    """One preset: what `options` can change, and what differs from the paper."""
    values = [
        {"option": f"`{part}.{key}`", "value": f"`{_toml(value)}`"}
        for part, options in [*recipe.objectives.items(), ("data", recipe.data)]
        for key, value in options.model_dump(exclude_unset=True).items()
        if key != "kind"
    ]
    kinds = "\n".join(f"- `{part}` is `{options.kind}`" for part, options in recipe.objectives.items())
    notes = [*recipe.deviations, *_unverified(recipe)]
    parts = [
        f"## `{name}`",
        f"{_cell(recipe.title, literal=False)}. {_cell(recipe.paper, literal=False)}",
        f"```text\n{recipe.equation.strip()}\n```" if recipe.equation else "",
        kinds,
        f"Reduction: `{recipe.reduction}`. What the preset sets, and `options` can change:",
        table(values, literal=True).rstrip(),
        "Differs from the paper:" if notes else "",
        "\n".join(f"- {note}" for note in notes),
        *_followed_code(name),
    ]
    return "\n\n".join(part for part in parts if part)


def _followed_code(name: str) -> Iterator[str]:
    """What `compat` changes."""
    from xlalign.objectives.presets import table as preset_table

    for wanted, changes in preset_table(name).get("compat", {}).items():
        listed = ", ".join(f"`{key} = {_toml(value)}`" for key, value in changes.items())
        yield f'`compat = "{wanted}"` in the `[pretrain.NAME]` table follows the released code: {listed}.'


def _unverified(recipe: Any) -> list[str]:
    """Values that are not in what can be read of the paper."""
    names = ", ".join(f"`{name}`" for name in recipe.unverified)
    return [f"values not stated in what can be read of the paper: {names}"] if names else []


def parts() -> str:
    """Aligners, objectives, families, ways to initialise and pipelines on one page."""
    from xlalign.cli.catalogue import CATALOGUES

    sections = ["aligners", "objectives", "families", "initialisations", "pipelines"]
    body = "\n".join(f"## {kind.capitalize()}\n\n{table(CATALOGUES[kind]())}" for kind in sections)
    return f"# Aligners, objectives, families, pipelines\n\nWhat `xlalign list` prints.\n\n{body}"


def sources() -> str:
    """Every source, file format and transform with its options."""
    from xlalign.bitext.readers import READERS
    from xlalign.bitext.sources import SOURCES
    from xlalign.bitext.transforms import TRANSFORMS

    intro = (
        "Where text comes from, for `sources` and `mono` of `[prepare]`. A source is a URI, `scheme:rest`, or a table "
        'with `uri` and the options below: `{ uri = "file:pairs.tsv", languages = ["en", "de"] }`.'
    )
    formats = (
        "Told by the ending of a name (`.gz`, `.bz2`, `.xz` and `.zst` may follow), or stated: `format = "
        '"tsv"`, and with options `format = { kind = "csv", delimiter = ";" }`. A folder is `saved`.'
    )
    changes = 'Changes to every sentence, in order: `transforms = ["nfc", { kind = "NAME", ... }]`.'
    body = [f"# Sources and file formats\n\n{intro}", *part_sections(SOURCES, "{}:")]
    body += [f"## File formats\n\n{formats}", *part_sections(READERS, "{}", "###")]
    return "\n\n".join([*body, f"## Transforms\n\n{changes}", *part_sections(TRANSFORMS, "{}", "###")])


def filters() -> str:
    """Every filter with its fields, and what each profile sets of them."""
    from xlalign.bitext.filters import FILTERS
    from xlalign.bitext.filters.choose import profiles

    intro = (
        "Rules that a pair has to pass, for `[prepare.filters]`, `filters_for` and the `filters` of a source: `ratio = "
        "{ max = 2 }` changes a field, `ratio = true` takes a filter as it is, `ratio = false` leaves it out. Filters "
        "run from cheap to dear, and a pair is counted for the first that removes it."
    )
    rows = [
        {"filter": f"[`{name}`](#{name})"}
        | {f"`{profile}`": _profiled(known, name) for profile, known in profiles().items()}
        for name in FILTERS
    ]
    chosen = (
        'What `profile` of `[prepare]` takes of them (`"classic"` is the default); a dash: not used. Fields that are '
        "not named have the default of the filter."
    )
    start = f"# Filters\n\n{intro}\n\n## Profiles\n\n{chosen}\n\n{table(rows, literal=True)}".rstrip()
    return "\n\n".join([start, *part_sections(FILTERS, "{}")])


def _profiled(profile: Any, name: str) -> str:
    if name not in profile:
        return "-"
    return ", ".join(f"`{key} = {_toml(value)}`" for key, value in profile[name].items()) or "on"


def part_sections(registry: Any, heading: str, level: str = "##") -> Iterator[str]:
    """For each part of a registry what it says of itself, and its fields."""
    for name in registry:
        part = registry.get(name)
        summary, _, more = (inspect.getdoc(part) or "").partition("\n\n")
        rows = [_field_row(field, info) for field, info in part.model_fields.items() if field != "rest"]
        example = f"```text\n{inspect.cleandoc(more)}\n```" if more.startswith(("file:", "hf:")) else ""
        unit = getattr(part, "unit", "")
        said = " ".join(summary.split()) + (f" Unit: {unit}." if unit else "")
        fields = table(rows, literal=True).rstrip() if rows else ""
        yield "\n\n".join(filter(None, [f"{level} `{heading.format(name)}`", said, example, fields]))


def tasks() -> str:
    """The tasks, and where the files of each lie below a data folder."""
    from xlalign.cli.catalogue import CATALOGUES
    from xlalign.evaluation.data.formats import FORMATS
    from xlalign.evaluation.tasks import TASKS

    rows = []
    for name in TASKS:
        task = TASKS.get(name)
        for split, groups in task.files.items():
            paths = "<br>or ".join(" and ".join(f"`{path}`" for path in group) for group in groups)
            reader = FORMATS[task.reader or task.handler.format]
            parts = "train, dev, test" if split == "*" else split
            rows.append({"task": name, "split": parts, "files": paths, "format": first_line(reader).split("; ")[0]})
    layout = (
        'With `data = "folder:DIR"` or `--data DIR`: what the scripts of XTREME download, and the same for the other '
        "tasks. `{lang}` is the ISO 639-1 code, `{lang3}` ISO 639-3, `{name}` the English name, `{flores}` the FLORES "
        "code, `{split}` train, dev or test. Files may end in `.gz`, `.bz2`, `.xz` or `.zst`; those of tasks and "
        "languages that are not run need not be there."
    )
    intro = "What `xlalign eval` can test, for `tasks = [...]` in the `[eval]` table."
    return (
        f"# Tasks\n\n{intro}\n\n{table(CATALOGUES['tasks']())}\n## Files of a data folder\n\n{layout}\n\n"
        f"{table(rows, literal=True)}"
    )


def settings() -> str:
    """Every field of every table of a pipeline file."""
    from xlalign.stages.execution import ExecutionSettings
    from xlalign.stages.pipeline import SECTIONS

    models: list[tuple[str, type[BaseModel]]] = [
        (section.name if section.single else f"{section.name}.NAME", section.settings) for section in SECTIONS.values()
    ]
    models.append(("execution", ExecutionSettings))
    body = [section for name, model in models for section in fields_of(f"[{name}]", model)]
    intro = (
        "Every field of every table of a pipeline file, with its unit. Fields marked † never change a result, so they "
        "do not belong to the cache key. `--set TABLE.FIELD=VALUE` overrides any of them."
    )
    return f"# Pipeline files\n\n{intro}\n\n" + "\n".join(body)


def fields_of(
    heading: str, model: type[BaseModel], known: dict[Any, str] | None = None, hidden: str = ""
) -> Iterator[str]:
    """A section for a model, then one for each model inside it; a model that came before is only named again.

    An open field has a section for each part that it can name; `hidden` is the field by which a part is told.
    """
    known = {} if known is None else known
    if model in known:
        yield f"## `{heading}`\n\nThe fields of `{known[model]}`.\n"
        return
    known[model] = heading
    rows, inner, parts = [], [], []
    for name, field in model.model_fields.items():
        if name == hidden:
            continue
        marks = [mark for mark in field.metadata if isinstance(mark, OneOf)]
        parts += [(name, mark) for mark in marks]
        rows.append(_field_row(name, field))
        inner += [(field.alias or name, found) for found in _models_in(field.annotation) if not marks]
    yield f"## `{heading}`\n\n{first_line(model)}\n\n{table(rows, literal=True)}"
    for name, found in inner:
        yield from fields_of(f"{heading[:-1]}.{name}]", found, known)
    for name, mark in parts:
        for part in mark.registry:
            yield from fields_of(f'{heading} {name} = "{part}"', mark.registry.get(part), known, mark.named_by)


def _field_row(name: str, field: FieldInfo) -> dict[str, str]:
    shown, kind = f"`{field.alias or name}`{_dagger(field)}", readable(field.annotation)
    return {"field": shown, "type": kind, "default": _default(field), "meaning": field.description or ""}


def readable(annotation: Any) -> str:
    """A type as a user of TOML would call it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return readable(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(readable(item) for item in arguments if item is not type(None))
    if origin in {tuple, list, frozenset, set}:
        return f"list of {readable(arguments[0])}"
    if origin is dict:
        return f"table of {readable(arguments[1])}"
    names = {
        str: "text",
        int: "integer",
        float: "number",
        bool: "true or false",
        Path: "path",
        Any: "anything",
        object: "anything",
    }
    return names.get(
        annotation, "table" if isinstance(annotation, type) and issubclass(annotation, BaseModel) else str(annotation)
    )


def table(rows: list[dict[str, str]], *, literal: bool = False) -> str:
    """Rows as Markdown; with `literal` the cells are Markdown already."""
    if not rows:
        return "None.\n"
    lines = [
        list(rows[0]),
        ["---"] * len(rows[0]),
        *([_cell(value, literal) for value in row.values()] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def first_line(item: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(item) or "").split("\n")[0]


def _cell(value: str, literal: bool) -> str:
    text = " ".join(str(value).split()).replace("|", "\\|")
    if literal:
        return text
    spans = text.split("`")  # every other one is code, where nothing is escaped
    return "`".join(span if number % 2 else _escaped(span) for number, span in enumerate(spans))


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _dagger(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return " †" if isinstance(extra, dict) and extra.get("operational") else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(required)"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel) or (isinstance(value, tuple) and value and isinstance(value[0], BaseModel)):
        return "see below"
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def decisions() -> str:
    """The titles of the decision records."""
    rows = []
    for path in sorted((DOCS / "decisions").glob("0*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        number, _, rest = title.partition(": ")
        rows.append({"": f"[{number}]({path.name})", "decision": rest})
    intro = "Why something is as it is, one page each, with what was rejected."
    return f"# Decisions\n\n{intro}\n\n{table(rows, literal=True)}"


PAGES: dict[str, Callable[[], str]] = {
    "reference/cli.md": cli,
    "reference/settings.md": settings,
    "reference/presets.md": presets,
    "reference/tasks.md": tasks,
    "reference/sources.md": sources,
    "reference/filters.md": filters,
    "reference/parts.md": parts,
    "decisions/index.md": decisions,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that are not current."""
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page().rstrip() + NOTE
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if "--check" in arguments and stale:
        print(f"not current: {', '.join(stale)}; run `python docs/generate.py`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
