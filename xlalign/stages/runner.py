"""Make stages current: look each one up, run what is missing as soon as its inputs are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from xlalign import progress
from xlalign.artifacts import runs
from xlalign.artifacts.explain import why_missing
from xlalign.artifacts.making import Recipe, State, Workspace, obtain
from xlalign.artifacts.store import Artifact, Store
from xlalign.errors import XlalignError
from xlalign.parallel import HERE, Engine
from xlalign.stages.base import Job, Node
from xlalign.stages.execution import ExecutionSettings, Executor, executor

Graph = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to a stage: its artifact, `hit` or `made`, why it was made, and the seconds it took."""

    artifact: Artifact
    state: State
    why: str = ""
    seconds: float = 0.0


class Reporter(Protocol):
    """Who is told what happens (the command line)."""

    def planned(self, nodes: list[Node]) -> None:
        """The stages that have to be current, in order."""

    def started(self, node: Node, why: str) -> None:
        """A stage has to run, and why."""

    def finished(self, node: Node, outcome: Outcome) -> None:
        """A stage is current."""

    def progressed(self, name: str, event: progress.Event) -> None:
        """News of a running stage."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a dry run: `after` means that the key depends on a stage that has to run first."""

    node: Node
    state: Literal["hit", "run", "after"]
    why: str = ""


def closure(graph: Graph, targets: Iterable[str]) -> list[Node]:
    """The targets and everything they need, inputs first, otherwise in the graph's order."""
    needed: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in needed:
            return
        for source in graph[name].inputs.values():
            visit(source)
        needed[name] = None

    for target in targets:
        visit(target)
    return [graph[name] for name in needed]


def plan(graph: Graph, targets: Iterable[str], store: Store, threads: int = 1) -> list[Planned]:
    """What `make_current` would do, without doing it."""
    known: dict[str, Artifact] = {}
    lines = []
    for node in closure(graph, targets):
        missing = [name for name in node.inputs.values() if name not in known]
        if missing:
            lines.append(Planned(node, "after", f"after {', '.join(dict.fromkeys(missing))}"))
            continue
        recipe = _recipe(node, known, threads)
        if artifact := store.lookup(recipe.stage, recipe.key):
            known[node.name] = artifact
            lines.append(Planned(node, "hit"))
        else:
            lines.append(Planned(node, "run", why_missing(store, recipe.stage, node.name, recipe.hashed)))
    return lines


def cached(graph: Graph, store: Store, threads: int = 1) -> dict[str, Artifact]:
    """The artifacts that the cache holds of a pipeline, by stage; those whose inputs are missing have no key."""
    known: dict[str, Artifact] = {}
    for node in closure(graph, graph):
        if all(name in known for name in node.inputs.values()):
            recipe = _recipe(node, known, threads)
            if artifact := store.lookup(recipe.stage, recipe.key):
                known[node.name] = artifact
    return known


def make_current(
    graph: Graph,
    targets: Iterable[str],
    store: Store,
    settings: ExecutionSettings,
    reporter: Reporter,
    pipeline: str = "",
) -> dict[str, Outcome]:
    """Bring the targets and everything they need up to date.

    Returns:
        The outcome of every stage by name. The run is recorded, which protects its artifacts from collection.

    Raises:
        XlalignError: a stage failed; what finished before stays in the cache.
    """
    nodes = closure(graph, targets)
    reporter.planned(nodes)
    outcomes: dict[str, Outcome] = {}
    waiting = _sweep_hits({node.name: node for node in nodes}, outcomes, store, settings.threads, reporter)
    if waiting:
        with executor(settings, reporter.progressed, len(waiting)) as pool:
            _Run(store, settings, reporter, pool, waiting, outcomes).finish()
    stages = {name: _entry(outcome) for name, outcome in outcomes.items()}
    if any(outcome.state == "made" for outcome in outcomes.values()) or not _recorded(store, stages):
        runs.record(store, pipeline, stages)
    return outcomes


def _sweep_hits(
    waiting: dict[str, Node], outcomes: dict[str, Outcome], store: Store, threads: int, reporter: Reporter
) -> dict[str, Node]:
    """Settle every stage that is in the cache; returns the others. A run of only hits starts no worker."""
    for name, node in list(waiting.items()):
        if not all(source in outcomes for source in node.inputs.values()):
            continue
        recipe = _recipe(node, {key: outcome.artifact for key, outcome in outcomes.items()}, threads)
        if artifact := store.lookup(recipe.stage, recipe.key):
            outcomes[name] = Outcome(artifact, "hit")
            reporter.finished(node, outcomes[name])
            del waiting[name]
    return waiting


class _Run:
    """The scheduling of one run."""

    def __init__(
        self,
        store: Store,
        settings: ExecutionSettings,
        reporter: Reporter,
        pool: Executor,
        waiting: dict[str, Node],
        outcomes: dict[str, Outcome],
    ) -> None:
        self.store, self.settings, self.reporter, self.pool = store, settings, reporter, pool
        self.waiting, self.outcomes = waiting, outcomes
        self.running: dict[str, tuple[Node, str]] = {}

    def finish(self) -> None:
        """Start what is ready until nothing is left; the first failure lets running stages end, then raises."""
        failure: BaseException | None = None
        while self.running or (self.waiting and failure is None):
            if failure is None:
                self._start_ready()
            if not self.running:
                continue
            for name, result in self.pool.completed():
                failure = self._settle(name, result) or failure
        if failure:
            raise failure

    def _start_ready(self) -> None:
        while ready := self._ready():
            engine = self.settings.share(len(ready) + len(self.running))
            for node in ready:
                del self.waiting[node.name]
                self._start(node, engine)

    def _ready(self) -> list[Node]:
        return [node for node in self.waiting.values() if all(name in self.outcomes for name in node.inputs.values())]

    def _start(self, node: Node, engine: Engine) -> None:
        artifacts = {name: outcome.artifact for name, outcome in self.outcomes.items()}
        recipe = _recipe(node, artifacts, self.settings.threads)
        if artifact := self.store.lookup(recipe.stage, recipe.key):
            self.outcomes[node.name] = Outcome(artifact, "hit")
            self.reporter.finished(node, self.outcomes[node.name])
            return
        why = why_missing(self.store, recipe.stage, node.name, recipe.hashed)
        self.reporter.started(node, why)
        self.running[node.name] = (node, why)
        inputs = {role: artifacts[source].data for role, source in node.inputs.items()}
        self.pool.submit(node.name, work, self.store.root, node, recipe, inputs, engine)

    def _settle(self, name: str, result: object) -> BaseException | None:
        node, why = self.running.pop(name)
        if isinstance(result, BaseException):
            return _named(name, result)
        artifact = self.store.lookup(node.kind.name, str(result))
        if artifact is None:
            return XlalignError(f"{name}: the artifact vanished after it was made", "run the same command again")
        self.outcomes[name] = Outcome(artifact, "made", why, artifact.manifest.seconds)
        self.reporter.finished(node, self.outcomes[name])
        return None


def work(root: Path, node: Node, recipe: Recipe, inputs: dict[str, Path], engine: Engine = HERE) -> str:
    """Make one artifact (in a worker process or inline); returns its key."""

    def run(space: Workspace) -> None:
        node.kind.load().run(Job(node.name, node.settings, inputs, space, engine, node.models))

    obtain(Store(root), recipe, run, waiting=_say_waiting)
    return recipe.key


def _say_waiting(holder: str) -> None:
    with progress.task("waiting") as task:
        task.advance(0, note=f"{holder} is making the same artifact")


def _recipe(node: Node, artifacts: Mapping[str, Artifact], threads: int) -> Recipe:
    recipe = node.recipe({role: artifacts[source].manifest.content for role, source in node.inputs.items()})
    if threads != 1:
        recipe.pins["threads"] = str(threads)
    return recipe


def _named(name: str, error: BaseException) -> BaseException:
    """Say which stage an error comes from."""
    if isinstance(error, XlalignError):
        error.message = f"{name}: {error.message}"
        error.args = (error.message,)
    else:
        error.add_note(f"in stage {name}")
    return error


def _entry(outcome: Outcome) -> dict[str, object]:
    manifest = outcome.artifact.manifest
    return {"stage": manifest.stage, "key": manifest.key, "state": outcome.state, "seconds": manifest.seconds}


def _recorded(store: Store, stages: dict[str, dict[str, object]]) -> bool:
    keys = {name: entry["key"] for name, entry in stages.items()}
    return any({name: entry["key"] for name, entry in run.stages.items()} == keys for run in runs.records(store)[-20:])
