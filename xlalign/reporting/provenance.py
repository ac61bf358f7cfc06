"""Where the artifacts of a run come from: the stages as lines of a table, many of a kind as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from xlalign.reporting.data import StageRun
from xlalign.reporting.table import Cell, Column, Table, row, text

GROUPED = 8
"""Stages of a kind that each have a line; more of them share one."""


class StageGroup(NamedTuple):
    """Stages shown as one line: a single one, or all of a kind that there are many of (cells of an evaluation)."""

    name: str
    state: str
    seconds: float | None
    stages: list[StageRun]


def stage_groups(stages: Sequence[StageRun]) -> list[StageGroup]:
    """Stages in order; a kind that occurs more than `GROUPED` times becomes one line."""
    counts = Counter(stage.stage for stage in stages)
    groups: dict[str, list[StageRun]] = {}
    for stage in stages:
        many = counts[stage.stage] > GROUPED
        groups.setdefault(stage.stage if many else stage.name, []).append(stage)
    return [_group(name, found) for name, found in groups.items()]


def stage_table(stages: Sequence[StageRun]) -> Table:
    """Every stage with its state, what computing it took, key and content digest, and why it ran."""
    return Table(
        name="stages",
        caption="Stages of the run",
        columns=(
            Column(name="stage"),
            Column(name="state"),
            Column(name="computing took", kind="seconds"),
            *(Column(name=name) for name in ("key", "content", "why")),
        ),
        rows=tuple(
            row(s.name, [text(s.state), Cell(value=s.seconds), text(s.key), text(s.content), text(s.why)])
            for s in stages
        ),
    )


def _group(name: str, stages: list[StageRun]) -> StageGroup:
    states = Counter(stage.state for stage in stages)
    many = len(stages) > 1
    seconds = [stage.seconds for stage in stages if stage.seconds is not None]
    state = ", ".join(f"{count} {state}" for state, count in states.items()) if many else stages[0].state
    return StageGroup(f"{name} ({len(stages)})" if many else name, state, sum(seconds) if seconds else None, stages)
