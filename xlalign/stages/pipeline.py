"""A pipeline file: its tables, validated, and the graph of stages they stand for."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from xlalign.config import Settings
from xlalign.config.faults import Fault, fail, most_exact
from xlalign.config.load import read_toml
from xlalign.errors import UserError, unknown_name
from xlalign.modeling.remote_code import trusting
from xlalign.stages import align_words, diagnostics, evaluate, prepare, pretrain, vocabulary
from xlalign.stages.base import Checked, Node, Section, place_of
from xlalign.stages.checks import device_faults, loading_faults
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.graph import graph_of
from xlalign.stages.runner import closure
from xlalign.stages.tables import Fields, Read, read_tables

SECTIONS: dict[str, Section] = {
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

FILE = "xlalign.toml"
BUILT_IN = "quickstart"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A validated pipeline: where it came from, its stages by section and name, how to run it.

    Attributes:
        changes: the options by which it differs from its file (`--profile full`).
        read: what reading its tables found.
        folder: where its relative paths begin: that of the file, and the working directory for what is built in.
    """

    source: str
    stages: dict[str, dict[str, Settings]]
    execution: ExecutionSettings = field(default_factory=ExecutionSettings)
    title: str = ""
    changes: tuple[str, ...] = ()
    read: Read | None = None
    folder: Path = Path()

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """Work in the pipeline's own folder, where its relative paths mean what its author meant, and under its rule
        about code that comes with models.
        """
        with chdir(self.folder), trusting(self.execution.trust_remote_code):
            yield

    def graph(self) -> dict[str, Node]:
        """Every stage as a node, in the order of the file.

        Raises:
            UserError: two stages share a name, a name is unknown, or stages wait for each other.
        """
        with self.at_home():
            nodes, faults = graph_of(SECTIONS, self.stages)
        fail(self.source, faults, self._file)
        return nodes

    def faults(self, targets: Iterable[str] | None = None) -> list[Fault]:
        """Every mistake: of the tables, of the names in them, and of the files and models that they name.

        Args:
            targets: the stages that are wanted: files and models of others do not matter; None = all stages.
        """
        with self.at_home():
            return most_exact(self._faults(targets))

    def loading_faults(self) -> list[Fault]:
        """What is wrong with the weights in model folders; they are read for it, so a plan does not ask this."""
        graph = self.graph()
        with self.at_home():
            return [*loading_faults(graph.values())]

    def _faults(self, targets: Iterable[str] | None) -> Iterator[Fault]:
        nodes, found = graph_of(SECTIONS, self.stages)
        yield from [*(self.read.faults if self.read else ()), *found]
        names = {name for stages in self.stages.values() for name in stages}
        wanted = names if targets is None else {node.name for node in closure(nodes, set(targets) & set(nodes))}
        for section in SECTIONS.values():
            for name, settings in self.stages.get(section.name, {}).items():
                if name in wanted | (names - set(nodes)):
                    yield from self._examined(section.name, name, settings)

    def _examined(self, section: str, name: str, settings: Settings) -> list[Fault]:
        lost = self.read.lost.get((section, name), frozenset()) if self.read else frozenset[str]()
        stage = Checked(place_of(section, name), name, settings, self.stages, lost)
        own = SECTIONS[section].faults
        return [*device_faults(stage), *(own(stage) if own else ())]

    def check(self, targets: Iterable[str] | None = None) -> None:
        """Refuse a pipeline that cannot finish.

        Raises:
            UserError: all its faults.
            DataError: the same, where all are of files.
        """
        fail(self.source, self.faults(targets), self._file)

    @property
    def _file(self) -> str:
        """What `xlalign check` takes."""
        names = {str(path): name for name, path in builtin_files().items()}
        known = self.source in names or Path(self.source).is_file()
        return shlex.quote(names.get(self.source, self.source)) if known else ""

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
        UserError: anything is wrong, with dotted key, value and the nearest valid name; all of it at once.
    """
    pipeline = opened(path, assignments, profile, fields)
    if pipeline.read and pipeline.read.faults:
        pipeline.check()
    return pipeline


def opened(
    path: Path, assignments: Iterable[str] = (), profile: str | None = None, fields: Fields | None = None
) -> Pipeline:
    """As `load`, but mistakes in the tables are kept for `Pipeline.faults`."""
    folder = Path() if path in builtin_files().values() else path.parent
    return build(read_toml(path), str(path), path.stem, assignments, profile, fields, folder)


def build(
    table: Mapping[str, Any],
    source: str,
    title: str = "",
    assignments: Iterable[str] = (),
    profile: str | None = None,
    fields: Fields | None = None,
    folder: Path = Path(),
) -> Pipeline:
    """The pipeline of tables that are no file's, or were read from one.

    Args:
        table: what a TOML file holds.
        source: where it comes from, for messages.
        title: where the table states none.
        assignments: `NAME=VALUE` overrides.
        profile: a table of `[profiles]`.
        fields: values for every stage of a section.
        folder: where relative paths begin.
    """
    read = read_tables(SECTIONS, table, source, assignments, profile, fields)
    return Pipeline(source, read.stages, read.execution, read.title or title, read.changes, read, folder)
