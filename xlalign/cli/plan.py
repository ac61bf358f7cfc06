"""The plan of a pipeline on the terminal: state of each stage, what it will cost, and why it runs."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, NamedTuple

from xlalign.cli.console import amount, duration, output

if TYPE_CHECKING:
    from xlalign.artifacts.store import Store
    from xlalign.stages.estimate import Cost
    from xlalign.stages.pipeline import Pipeline
    from xlalign.stages.runner import Planned

STYLE = {"hit": "green", "run": "yellow", "after": "dim yellow"}


class Line(NamedTuple):
    """One stage of the file, its cells and trials included: `cost` is None when all of it is in the cache."""

    state: str
    name: str
    detail: str
    cost: Cost | None


def plan_lines(pipeline: Pipeline, planned: Sequence[Planned], store: Store) -> list[Line]:
    """One line for each stage of the file, with what remains of its cost."""
    from xlalign.stages.estimate import Estimator

    estimator = Estimator(pipeline.stages, store)
    sections = {name: section for section, stages in pipeline.stages.items() for name in stages}
    rows: dict[str, list[Planned]] = {}
    for line in planned:
        rows.setdefault(_owner(line, planned, sections), []).append(line)
    lines = []
    with pipeline.at_home():
        for name, members in rows.items():
            missing = [line for line in members if line.state != "hit"]
            cost = estimator.cost(sections[name], name).share(len(missing) / len(members)) if missing else None
            lines.append(Line(*_state(name, members, missing), cost))
    return lines


def _owner(line: Planned, planned: Sequence[Planned], stages: Container[str]) -> str:
    """The stage of the file that a node belongs to: itself, its group, or the first that reads it (tokens)."""
    node = line.node
    own = node.group or node.name
    if own in stages:
        return own
    # Tokens belong to no stage of the file: they are counted with the first that trains from them.
    readers = [other for other in planned if node.name in other.node.inputs.values()]
    return _owner(readers[0], planned, stages)


def _state(name: str, members: Sequence[Planned], missing: Sequence[Planned]) -> tuple[str, str, str]:
    """State, name and detail of a stage: `run`, `eval`, `12 of 40 parts to make`."""
    from xlalign.evaluation.settings import EvalSettings

    if not missing:
        return "hit", name, ""
    state = "run" if any(line.state == "run" for line in missing) else "after"
    if len(members) == 1:
        return state, name, missing[0].why
    presets = [line.node.settings.preset for line in members if isinstance(line.node.settings, EvalSettings)]
    chosen = f"preset {presets[0]}, " if presets else ""
    return state, name, f"{chosen}{len(missing)} of {len(members)} parts to make"


def print_plan(title: str, lines: Sequence[Line]) -> None:
    """The lines as a table, and their sum."""
    from rich.table import Table
    from rich.text import Text

    console = output()
    console.print(Text(title, style="bold"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    for header, justify in (
        ("", "right"),
        ("stage", "left"),
        ("time", "right"),
        ("memory", "right"),
        ("disk", "right"),
    ):
        table.add_column(header, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("why", overflow="ellipsis", no_wrap=True, style="dim", max_width=max(console.width - 60, 12))
    for state, name, detail, cost in lines:
        table.add_row(Text(state, style=STYLE[state]), Text(name, style="bold"), *_cells(cost), Text(detail))
    console.print(table)
    if total := _total([line.cost for line in lines if line.cost]):
        console.print(Text(total, style="dim"))


def _cells(cost: Cost | None) -> tuple[str, str, str]:
    if cost is None:
        return "", "", ""
    seconds = "?" if cost.seconds is None else duration(cost.seconds)
    return seconds, "?" if cost.memory is None else amount(cost.memory), "?" if cost.disk is None else amount(cost.disk)


def _total(costs: Sequence[Cost]) -> str:
    known = [cost for cost in costs if cost.seconds is not None]
    if not known:
        return ""
    seconds = duration(sum(cost.seconds or 0 for cost in known))
    # Times and disk add up over stages; memory is that of the largest, for each stage is a process of its own.
    memory, disk = max(cost.memory or 0 for cost in known), sum(cost.disk or 0 for cost in known)
    unknown = len(costs) - len(known)
    more = f" and what cannot be told yet ({unknown} stage{'s' * (unknown > 1)})" if unknown else ""
    return f"about {seconds} on one core{more}, {amount(memory)} of memory a process, {amount(disk)} of disk"
