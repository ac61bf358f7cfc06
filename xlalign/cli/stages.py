"""What all stage commands do: load the pipeline, make its stages current, show the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlalign.cli.console import StageReporter, output
from xlalign.cli.options import Request

if TYPE_CHECKING:
    from xlalign.stages.execution import ExecutionSettings
    from xlalign.stages.pipeline import Fields, Pipeline
    from xlalign.stages.runner import Outcome, Planned

    Outcomes = dict[str, Outcome]


def open_pipeline(request: Request, name: str | None = None, fields: Fields | None = None) -> Pipeline:
    """The pipeline that a command works on, with `--set`, `--profile` and the options about downloads applied.

    Args:
        request: the common options.
        name: a file or built-in pipeline; None = that of `--config`, or the usual one.
        fields: what the command's own options say, for every stage of a section.
    """
    from xlalign.stages.pipeline import load, locate

    pipeline = load(locate(name or request.config), request.assignments or (), request.profile, fields)
    wanted = {name: True for name in ("offline", "frozen", "accept_changed") if getattr(request, name)}
    return pipeline.changed("prepare", wanted)


def current(request: Request, pipeline: Pipeline, targets: Sequence[str]) -> Outcomes | None:
    """Make the targets current and say so; with `--dry-run` print the plan and return None."""
    from rich.text import Text

    from xlalign.artifacts.store import Store
    from xlalign.stages.export import export
    from xlalign.stages.runner import make_current, plan

    store, execution = Store(request.cache), _execution(request, pipeline)
    graph = pipeline.graph()
    if request.dry_run:
        _print_plan(request, pipeline, plan(graph, targets, store, execution.threads))
        return None
    console = output(stderr=request.json_output)
    reporter = StageReporter(console, quiet=request.quiet or request.json_output)
    with reporter.bars():
        outcomes = make_current(graph, targets, store, execution, reporter, pipeline.title)
    if not (request.quiet or request.json_output):
        console.print(Text(f"{pipeline.title}: {reporter.totals()}", style="dim"))
    if request.out:
        for name in targets:
            shown = export(outcomes[name].artifact, request.out / name)
            if not request.json_output:
                console.print(f"[dim]{name} -> {shown}[/]")
    return outcomes


def print_json(value: object) -> None:
    """Print a JSON document to standard output."""
    print(json.dumps(value, indent=1, ensure_ascii=False))


def describe(outcomes: Outcomes, names: Sequence[str]) -> dict[str, object]:
    """The machine-readable result of the named stages."""
    return {name: _describe(outcomes[name]) for name in names}


def _describe(outcome: Outcome) -> dict[str, object]:
    manifest, path = outcome.artifact.manifest, str(outcome.artifact.data)
    return {"state": outcome.state, "why": outcome.why, "key": manifest.key, "path": path, "info": manifest.info}


def _execution(request: Request, pipeline: Pipeline) -> ExecutionSettings:
    if request.workers is None:
        return pipeline.execution
    return pipeline.execution.model_copy(update={"workers": request.workers})


def _print_plan(request: Request, pipeline: Pipeline, lines: Sequence[Planned]) -> None:
    from rich.text import Text

    rows = [(line.state, line.node.name, line.why) for line in lines]
    if request.json_output:
        print_json([{"state": state, "stage": name, "why": why} for state, name, why in rows])
        return
    console = output()
    console.print(f"[bold]{pipeline.title}[/] ({pipeline.source})")
    style = {"hit": "green", "run": "yellow", "after": "dim yellow"}
    for state, name, why in _grouped(lines):
        line = Text.assemble((f"{state:>6} ", style[state]), (f"{name:<28} ", "bold"), (why, "dim"))
        console.print(line, overflow="ellipsis", no_wrap=True)


def _grouped(lines: Sequence[Planned]) -> list[tuple[str, str, str]]:
    """One row per stage; the cells of an evaluation with the same state share one."""
    rows: dict[tuple[str, str], list[Planned]] = {}
    for line in lines:
        rows.setdefault((line.state, line.node.group or line.node.name), []).append(line)
    return [
        (state, f"{name} cells", f"{len(members)} cells") if members[0].node.group else (state, name, members[0].why)
        for (state, name), members in rows.items()
    ]
