"""Make stages current: look each one up, run what is missing as soon as its inputs are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, cast

from xlalign import progress
from xlalign.artifacts import runs
from xlalign.artifacts.artifact import EVERYTHING, Artifact
from xlalign.artifacts.explain import History
from xlalign.artifacts.holds import Hold, holding
from xlalign.artifacts.making import Recipe, State, Workspace, obtain
from xlalign.artifacts.store import Store
from xlalign.errors import CacheError, XlalignError, explained
from xlalign.parallel import HERE, Engine
from xlalign.stages.base import Job, Node
from xlalign.stages.execution import ExecutionSettings, Executor, executor

Graph = Mapping[str, Node]
OTHERS = "made by another run"
"""Why a stage that had to run is there all the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to a stage: its artifact, `hit` or `made`, why, and the seconds that making it took."""

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


def plan(graph: Graph, targets: Iterable[str], store: Store, threads: int = 1, pipeline: str = "") -> list[Planned]:
    """What `make_current` would do, without doing it."""
    known: dict[str, Artifact] = {}
    lines, history = [], History(store, pipeline)
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
            lines.append(Planned(node, "run", history.why_missing(recipe.stage, node.name, recipe.hashed)))
    return lines


def cached(graph: Graph, store: Store, threads: int = 1) -> dict[str, Artifact]:
    """The artifacts that the cache holds of a pipeline, by stage; those whose inputs are missing have no key."""
    known: dict[str, Artifact] = {}
    for node in closure(graph, graph):
        if all(name in known for name in node.inputs.values()):
            recipe = _recipe(node, known, threads)
            if artifact := store.lookup(recipe.stage, recipe.key, node.kind.shown):
                known[node.name] = artifact
    return known


def make_current(
    graph: Graph,
    targets: Iterable[str],
    store: Store,
    settings: ExecutionSettings,
    reporter: Reporter,
    pipeline: str = "",
    reading: Collection[str] = (),
) -> dict[str, Outcome]:
    """Bring the targets and everything they need up to date.

    An input is verified in full before something is made from it, and of a target what is shown; what is damaged is
    made again. While the run lasts, no collection removes what it uses.

    Args:
        graph: the nodes by name.
        targets: what has to be current.
        store: the cache.
        settings: how to run.
        reporter: who is told.
        pipeline: title, for the record of the run.
        reading: stages whose artifacts the caller reads in full afterwards (an export).

    Returns:
        The outcome of every stage by name. The run is recorded, which protects its artifacts from collection.

    Raises:
        XlalignError: a stage failed; what finished before stays in the cache.
    """
    targets = list(targets)
    nodes = closure(graph, targets)
    reporter.planned(nodes)
    shown = {name: EVERYTHING if name in reading else graph[name].kind.shown for name in [*targets, *reading]}
    with holding(store) as hold:
        run = _Schedule(store, settings, reporter, nodes, shown, hold, History(store, pipeline))
        run.settle_hits()
        if run.waiting:
            with executor(settings, reporter.progressed, len(run.waiting)) as pool:
                run.finish(pool)
        stages = {name: _entry(outcome) for name, outcome in run.outcomes.items()}
        if any(outcome.state == "made" for outcome in run.outcomes.values()) or not _recorded(store, stages):
            runs.record(store, pipeline, stages)
    return run.outcomes


@dataclass
class _Schedule:
    """The scheduling of one run. `shown` maps a stage to patterns of the files that are read when all is done."""

    store: Store
    settings: ExecutionSettings
    reporter: Reporter
    nodes: list[Node]
    shown: dict[str, tuple[str, ...]]
    hold: Hold
    history: History
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    running: dict[str, tuple[Node, str]] = field(default_factory=dict)
    started: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = {node.name: node for node in self.nodes}

    def settle_hits(self) -> None:
        """Settle every stage that is in the cache; a run of only hits starts no worker."""
        # Inputs stand before what reads them, so one pass finds every hit that rests on hits.
        for node in self.nodes:
            if self._has_inputs(node):
                self._settled_by_cache(node, self._recipe(node))

    def finish(self, pool: Executor) -> None:
        """Start what is ready until nothing is left; the first failure lets running stages end, then raises."""
        failure: BaseException | None = None
        while self.running or (self.waiting and failure is None):
            if failure is None:
                self._start_ready(pool)
            if not self.running:
                continue
            for name, result in pool.completed():
                settled = self._settle(name, result)
                failure = failure or settled
        if failure:
            raise failure

    def _start_ready(self, pool: Executor) -> None:
        # Starting one may settle it from the cache, and others become ready by that: look again until none is.
        while ready := [node for node in self.waiting.values() if self._has_inputs(node)]:
            engine = self.settings.share(len(ready) + len(self.running))
            for node in ready:
                self._start(node, pool, engine)

    def _start(self, node: Node, pool: Executor, engine: Engine) -> None:
        if not self._has_inputs(node):  # one of them was found damaged a moment ago
            return
        recipe, read = self._recipe(node), self.shown.get(node.name, ())
        if self._settled_by_cache(node, recipe) or self._has_damaged_inputs(node):
            return
        why = self.history.why_missing(recipe.stage, node.name, recipe.hashed, read)
        self.reporter.started(node, why)
        del self.waiting[node.name]
        self.running[node.name] = (node, why)
        # Two stages with one key (the same settings under two names) are made once: the other waits for its lock.
        self.started.setdefault(recipe.key, []).append(node.name)
        # A worker gets paths, never objects: what it reads was published, and its digest was checked.
        inputs = {role: self.outcomes[source].artifact.data for role, source in node.inputs.items()}
        pool.submit(node.name, work, self.store.root, node, recipe, inputs, engine)

    def _has_inputs(self, node: Node) -> bool:
        return all(name in self.outcomes for name in node.inputs.values())

    def _recipe(self, node: Node) -> Recipe:
        """The recipe of a node whose inputs are there; its key is held from now on."""
        sources = set(node.inputs.values())
        recipe = _recipe(node, {name: self.outcomes[name].artifact for name in sources}, self.settings.threads)
        self.hold.add(recipe.key)
        return recipe

    def _settled_by_cache(self, node: Node, recipe: Recipe) -> bool:
        artifact = self.store.lookup(recipe.stage, recipe.key, self.shown.get(node.name, ()))
        if artifact:
            del self.waiting[node.name]
            self._finished(node, Outcome(artifact, "hit"))
        return artifact is not None

    def _has_damaged_inputs(self, node: Node) -> bool:
        """Whether an input is not what it was when it was made; such a one has to be made again first."""
        damaged = [name for name in set(node.inputs.values()) if self.outcomes[name].artifact.damage(EVERYTHING)]
        for name in damaged:
            del self.outcomes[name]
            self.shown[name] = EVERYTHING
            self.waiting[name] = next(other for other in self.nodes if other.name == name)
        return bool(damaged)

    def _settle(self, name: str, result: object) -> BaseException | None:
        node, why = self.running.pop(name)
        if isinstance(result, BaseException):
            return result if isinstance(result, XlalignError) else explained(result, name)
        key, state = cast("tuple[str, State]", result)
        artifact = self.store.lookup(node.kind.name, key)
        if artifact is None:
            return CacheError(f"{name}: the artifact vanished after it was made", "run the same command again")
        if state == "made":
            self._finished(node, Outcome(artifact, state, why, artifact.manifest.seconds))
        else:
            twin = next((other for other in self.started[key] if other != name), None)
            self._finished(node, Outcome(artifact, state, f"the same as {twin}" if twin else OTHERS))
        return None

    def _finished(self, node: Node, outcome: Outcome) -> None:
        self.outcomes[node.name] = outcome
        self.reporter.finished(node, outcome)


def work(root: Path, node: Node, recipe: Recipe, inputs: dict[str, Path], engine: Engine = HERE) -> tuple[str, State]:
    """Make one artifact (in a worker process or inline); returns its key, and whether another run made it meanwhile.

    Raises:
        XlalignError: whatever went wrong, with the name of the stage before it.
    """

    def run(space: Workspace) -> None:
        node.kind.load().run(Job(node.name, node.settings, inputs, space, engine, node.models))

    try:
        return recipe.key, obtain(Store(root), recipe, run, waiting=_say_waiting)[1]
    except Exception as error:
        failure = explained(error, node.name)
        if failure is error:
            raise
        raise failure from error


def _say_waiting(holder: str) -> None:
    with progress.task("waiting") as task:
        task.advance(0, note=f"{holder} is making the same artifact")


def _recipe(node: Node, artifacts: Mapping[str, Artifact], threads: int) -> Recipe:
    recipe = node.recipe({role: artifacts[source].manifest.content for role, source in node.inputs.items()})
    if threads != 1:
        recipe.pins["threads"] = str(threads)
    return recipe


def _entry(outcome: Outcome) -> dict[str, object]:
    manifest = outcome.artifact.manifest
    return {"stage": manifest.stage, "key": manifest.key, "state": outcome.state, "seconds": manifest.seconds}


def _recorded(store: Store, stages: dict[str, dict[str, object]]) -> bool:
    keys = {name: entry["key"] for name, entry in stages.items()}
    return any({name: entry["key"] for name, entry in run.stages.items()} == keys for run in runs.records(store)[-20:])
