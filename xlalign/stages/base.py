"""What a stage is: a node of the pipeline's graph, and the function that makes its artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from xlalign.artifacts.making import Recipe, Workspace
from xlalign.config import Settings, identity
from xlalign.config.faults import Fault
from xlalign.errors import UserError, unknown_name
from xlalign.modeling.reference import Outside, Reference, Stage
from xlalign.parallel import HERE, Engine

Stages = Mapping[str, Mapping[str, Settings]]
"""The validated tables of a pipeline file: section -> name -> settings."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of stage.

    `version` goes up whenever the bytes of the output change for the same settings (a golden test watches).
    `volatile` are patterns of output files that are not the result (reports, cards, timings, logs): they are checked
    as all files are, but no later stage runs again because of them. `shown` are those that tables and reports read.
    `module` (or `module:attribute`, where a module has several) has `run(job) -> None` and `pins(settings)`: what the
    stage reads outside the cache. It is named and not held, so that a kind travels to a worker process as text.
    """

    name: str
    version: int
    module: str
    volatile: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def load(self) -> StageModule:
        """Import the stage's module (heavy packages come with it only when it runs)."""
        module, _, attribute = self.module.partition(":")
        found = import_module(module)
        return cast("StageModule", getattr(found, attribute) if attribute else found)


@dataclass(frozen=True, slots=True)
class Node:
    """One stage of a pipeline: its kind, settings, and what it reads, by role.

    Attributes:
        inputs: role -> node whose artifact is read.
        models: role -> model that comes from no stage (those of stages are inputs).
        group: nodes of one group are shown as one line (the cells of an evaluation).
    """

    name: str
    kind: Kind
    settings: Settings
    inputs: dict[str, str] = field(default_factory=dict)
    group: str = ""
    models: dict[str, Outside] = field(default_factory=dict)

    def reading(self, role: str, model: Reference) -> Node:
        """This node with one more model that it reads."""
        if isinstance(model, Stage):
            return replace(self, inputs={**self.inputs, role: model.name})
        return replace(self, models={**self.models, role: model})

    def recipe(self, contents: dict[str, str]) -> Recipe:
        """The identity of this node's artifact, given the content digests of its inputs by role."""
        # A stage's model is known by its content among the inputs; one from outside by what it says of itself.
        models = {role: model.identity() for role, model in self.models.items()}
        return Recipe(
            stage=self.kind.name,
            name=self.name,
            version=self.kind.version,
            settings=identity(self.settings),
            inputs=contents,
            pins={**self.kind.load().pins(self.settings), **models},
            volatile=self.kind.volatile,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """What a stage's `run` gets: settings, the data folders of its inputs by role, and where to work.

    `engine` is for the parts of its data, which must not change the result.
    """

    name: str
    settings: Any
    inputs: dict[str, Path]
    space: Workspace
    engine: Engine = HERE
    models: dict[str, Outside] = field(default_factory=dict)

    def model(self, role: str) -> str | Path | None:
        """A model that the stage reads: folder, hub id or `scratch:SIZE`; None where it reads none in this role."""
        return self.inputs.get(role) or (str(self.models[role]) if role in self.models else None)


@dataclass(frozen=True, slots=True)
class Checked:
    """A stage whose names, files and models are looked at before anything runs.

    Attributes:
        place: dotted name of its table.
        settings: its table; where that has mistakes, what is left without them.
        stages: all stages of the file.
        lost: fields that were wrong, so that `settings` does not know what the user meant.
    """

    place: str
    name: str
    settings: Any
    stages: Stages
    lost: frozenset[str] = frozenset()

    def at(self, field: str) -> str:
        """The dotted name of a field."""
        return f"{self.place}.{field}"


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the pipeline file, and the nodes that each of its stages becomes.

    Attributes:
        settings: what the table may say.
        nodes: (name, settings, all stages of the file) -> nodes.
        single: the table may be one stage, named like the section.
        faults: what can be told to be wrong with a stage without running it, beside what `nodes` raises.
    """

    name: str
    settings: type[Settings]
    nodes: Callable[[str, Any, Stages], list[Node]]
    single: bool = True
    faults: Callable[[Checked], Iterator[Fault]] | None = None


Sections = Mapping[str, Section]
"""The tables of stages that a file may have, by name."""


def place_of(section: str, name: str) -> str:
    """The dotted name of a stage's table: `eval`, or `eval.small` where the stage has a name of its own."""
    return section if name == section else f"{section}.{name}"


MODELS = ("vocabulary", "pretrain")
"""The sections whose stages make models."""


def model_stages(stages: Stages) -> dict[str, Settings]:
    """The stages of a file that make models, by name: what a `from`, `encoder` or `models` can refer to."""
    return {name: settings for section in MODELS for name, settings in stages.get(section, {}).items()}


def stage_named(name: str, section: str, field: str, stages: Stages) -> str:
    """The stage that a field names; the only stage of the section when the default name is not there.

    Raises:
        UserError: the file has no such stage.
    """
    known = list(stages.get(section, {}))
    if name in known:
        return name
    if name == section and known:
        return known[0]
    if not known:
        raise UserError(f"`{field}` needs a [{section}] stage, and the file has none", f"add a [{section}] table")
    raise unknown_name(f"{section} stage in `{field}`:", name, known)


class StageModule(Protocol):
    """A module of this package, or an object in one, that implements one kind of stage."""

    def run(self, job: Job) -> None:
        """Write the artifact into `job.space.out`; an interrupted run continues from `job.space.scratch`."""

    def pins(self, settings: Any) -> dict[str, str]:
        """Digests or revisions of everything read from outside the cache."""
