"""What the user sees while stages run: one line per settled stage, bars for those that run.

On a terminal the bars are drawn by rich and vanish when done; elsewhere (a log file, CI) there are plain lines,
one every few seconds per task.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.console import Console

from xlalign.errors import shown
from xlalign.progress import Event

if TYPE_CHECKING:
    from rich.progress import TaskID

    from xlalign.stages.base import Node
    from xlalign.stages.runner import Outcome

PLAIN_INTERVAL = 5.0
"""Seconds between two plain progress lines of one task."""


def output(*, stderr: bool = False) -> Console:
    """A console that writes to standard output, or to standard error so that `--json` stays clean."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def duration(seconds: float) -> str:
    """A time for people: `0.4 s`, `12 s`, `3 min`, `2.5 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def amount(size: float) -> str:
    """Bytes for people: `12 MB`, `1.4 GB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.{1 if size < 10 * factor else 0}f} {unit}"
    return f"{size / 1e3:.0f} kB"


def pace(rate: float | None, unit: str) -> str:
    """A rate that can be read: `1,250/s`; when it is slow, the time of one, `4.2 s/step`."""
    if not rate:
        return ""
    # 0.24 steps a second says little; 4.2 s a step does.
    if rate >= 1:
        return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    return f"{1 / rate:.1f} s/{unit.removesuffix('s') or 'item'}"


def fitting(line: str, width: int) -> str:
    """A line that fits: its end is cut where it is longer."""
    return line if len(line) <= width else f"{line[: width - 1]}…"


class StageReporter:
    """Prints what happens to each stage; groups (evaluation cells) share one line."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self.quiet = quiet
        self._nodes: list[Node] = []
        self._group_size: Counter[str] = Counter()
        self._settled: dict[str, dict[str, Outcome]] = {}
        self._bars = _bars(console, quiet=quiet)
        self._started = time.monotonic()
        self._states: dict[str, str] = {}

    def bars(self) -> AbstractContextManager[object]:
        """Show progress inside the block."""
        return self._bars

    def planned(self, nodes: list[Node]) -> None:
        """Note the size of every group."""
        self._nodes = nodes
        self._group_size = Counter(node.group for node in nodes if node.group)

    def started(self, node: Node, why: str) -> None:
        """Say that a stage runs, and why; of a group only the first reason of each kind is said."""
        if not node.group:
            self._print("run", node.name, why)

    def finished(self, node: Node, outcome: Outcome) -> None:
        """Say that a stage is current."""
        self._states[node.name] = outcome.state  # a damaged one comes twice: found, then made again
        if not node.group:
            self._print(*_settled(node.name, outcome))
            return
        group = self._settled.setdefault(node.group, {})
        group[node.name] = outcome
        if len(group) == self._group_size[node.group]:
            self._print(*_settled_group(f"{node.group} cells", list(group.values())))

    def progressed(self, name: str, event: Event) -> None:
        """Move the bar of a task; a warning is a line."""
        if event.kind == "warning":
            self._print("warn", name, "\n".join(map(shown, event.note.split("\n"))))
        else:
            self._bars.show(name, event._replace(note=shown(event.note), description=shown(event.description)))

    def totals(self) -> str:
        """The last line: what was found in the cache, what was made, and the time it took."""
        seconds = time.monotonic() - self._started
        totals = Counter(self._states.values())
        return f"{totals['hit']} from the cache, {totals['made']} made, {seconds:.1f} s"

    def _print(self, state: str, name: str, detail: str) -> None:
        if self.quiet and state != "warn":  # what is wrong is never silent
            return
        from rich.text import Text

        style = {"hit": "green", "made": "bold green", "run": "yellow", "warn": "bold yellow"}[state]
        line = Text.assemble((f"{state:>5} ", style), (f"{name:<24} ", "bold"), (detail, "dim"))
        cut = self.console.is_terminal and state != "warn"
        self.console.print(line, overflow="ellipsis" if cut else "fold", no_wrap=cut)


def _settled(name: str, outcome: Outcome) -> tuple[str, str, str]:
    key = outcome.artifact.manifest.key[:12]
    if outcome.state == "made":
        return "made", name, f"{key}  {outcome.seconds:.1f} s"
    return "hit", name, f"{key}  {outcome.why}".rstrip()


def _settled_group(name: str, outcomes: list[Outcome]) -> tuple[str, str, str]:
    made = [outcome for outcome in outcomes if outcome.state == "made"]
    if not made:
        return "hit", name, f"all {len(outcomes)}"
    # Forty cells say at most two reasons, the most frequent ones.
    reasons = Counter(outcome.why for outcome in made)
    why = "; ".join(reason for reason, _ in reasons.most_common(2))
    seconds = sum(outcome.seconds for outcome in made)
    return "made", name, f"{len(made)} of {len(outcomes)}, {seconds:.1f} s of work  ({why})"


class _Bars(AbstractContextManager["_Bars"]):
    """Where progress goes."""

    def show(self, name: str, event: Event) -> None:
        """Show one event of the stage `name`."""

    def __exit__(self, *error: object) -> None:
        return None


class _RichBars(_Bars):
    """Bars with rate and time left, for a terminal."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        self._tasks: dict[str, TaskID] = {}
        cut = Column(no_wrap=True, overflow="ellipsis")  # on 80 columns texts are cut, not wrapped
        self._progress = Progress(
            TextColumn("{task.fields[stage]} {task.description}", markup=False, table_column=cut.copy()),
            BarColumn(bar_width=20 if console.width >= 100 else 8),
            TextColumn("{task.completed:,.0f}/{task.fields[goal]} {task.fields[unit]} {task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}", style="dim", markup=False, table_column=cut.copy()),
            console=console,
            transient=True,
            expand=False,
        )

    def __enter__(self) -> _RichBars:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, name: str, event: Event) -> None:
        if event.kind == "start":
            goal = f"{event.total:,}" if event.total is not None else "?"
            self._tasks[event.task] = self._progress.add_task(
                event.description, total=event.total, stage=name, goal=goal, unit=event.unit, rate="", note=""
            )
            return
        identity = self._tasks.get(event.task)
        if identity is None:
            return
        if event.kind == "end":
            self._progress.remove_task(self._tasks.pop(event.task))
            return
        self._progress.update(identity, advance=event.done)
        if event.note:
            self._progress.update(identity, note=event.note)
        drawn = next(task for task in self._progress.tasks if task.id == identity)
        self._progress.update(identity, rate=pace(drawn.speed, drawn.fields["unit"]))


class _PlainBars(_Bars):
    """A line now and then, for anything that is not a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, tuple[Event, int, float, float]] = {}
        self._lock = threading.Lock()

    def show(self, name: str, event: Event) -> None:
        now = time.monotonic()
        with self._lock:
            if event.kind == "start":
                self._running[event.task] = (event, 0, now, now)
            elif event.kind == "end":
                self._running.pop(event.task, None)
            elif event.task in self._running:
                self._advance(name, event, now)

    def _advance(self, name: str, event: Event, now: float) -> None:
        start, done, began, last = self._running[event.task]
        done += event.done
        if now - last >= PLAIN_INTERVAL:
            goal = f"/{start.total:,}" if start.total is not None else ""
            rate = done / max(now - began, 1e-9)
            # By the mean rate since the start: 300 of 1,200 done in 60 s leave 900 / 5 = 180 s.
            left = f", {duration((start.total - done) / rate)} left" if start.total and rate else ""
            said = f"      {name}: {start.description} {done:,}{goal} {start.unit} ({pace(rate, start.unit)}{left})"
            self._console.print(fitting(f"{said} {event.note}".rstrip(), self._console.width), markup=False)
            last = now
        self._running[event.task] = (start, done, began, last)


def _bars(console: Console, *, quiet: bool) -> _Bars:
    if quiet:
        return _Bars()
    return _RichBars(console) if console.is_terminal else _PlainBars(console)
