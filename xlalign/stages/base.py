"""What a stage is: a node of the pipeline's graph, and the function that makes its artifact."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from xlalign.artifacts.making import Recipe, Workspace
from xlalign.config import Settings, identity
from xlalign.parallel import HERE, Engine


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of stage.

    `version` goes up whenever the bytes of the output change for the same settings (a golden test watches).
    `volatile` are output files that may differ between equal runs, such as timings. `module` has
    `run(job) -> None` and, where a stage reads things outside the cache, `pins(settings) -> dict[str, str]`.
    """

    name: str
    version: int
    module: str
    volatile: tuple[str, ...] = ()

    def load(self) -> StageModule:
        """Import the stage's module (heavy packages come with it only when it runs)."""
        return cast("StageModule", import_module(self.module))


@dataclass(frozen=True, slots=True)
class Node:
    """One stage of a pipeline: its kind, settings, and the nodes whose artifacts it reads, by role."""

    name: str
    kind: Kind
    settings: Settings
    inputs: dict[str, str] = field(default_factory=dict)
    group: str = ""
    """Nodes of one group are shown as one line (the cells of an evaluation)."""

    def recipe(self, contents: dict[str, str]) -> Recipe:
        """The identity of this node's artifact, given the content digests of its inputs by role."""
        return Recipe(
            stage=self.kind.name,
            name=self.name,
            version=self.kind.version,
            settings=identity(self.settings),
            inputs=contents,
            pins=self.kind.load().pins(self.settings),
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


class StageModule(Protocol):
    """A module of this package that implements one kind of stage."""

    def run(self, job: Job) -> None:
        """Write the artifact into `job.space.out`; an interrupted run continues from `job.space.scratch`."""

    def pins(self, settings: Any) -> dict[str, str]:
        """Digests or revisions of everything read from outside the cache."""
