"""The options that every stage command has, and how a command gets them as one value."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

STAGES, OUTPUT, WHERE = "Pipeline", "Output", "Execution"
HUB_OFFLINE = "HF_HUB_OFFLINE"


@dataclass(frozen=True, slots=True)
class Request:
    """The common options of one invocation."""

    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Pipeline file; default xlalign.toml, else the built-in quickstart."),
    ] = None
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="NAME=VALUE", help="Override a field, e.g. pretrain.ppa.steps=200."),
    ] = None
    profile: Annotated[
        str | None, typer.Option("--profile", help="Apply a [profiles.NAME] table of the pipeline file.")
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Print the plan and do nothing.")] = False
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder to put readable copies of the artifacts into."),
    ] = None
    json_output: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")] = False
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Cache folder; default $XLALIGN_CACHE, else ~/.cache/xlalign.")
    ] = None
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=0, help="Processes at a time; 0 = one per core.")
    ] = None
    offline: Annotated[
        bool, typer.Option("--offline", help="Use only text, models and data sets that were downloaded before.")
    ] = False
    frozen: Annotated[bool, typer.Option("--frozen", help="Fail where a download is not what xlalign.lock says.")] = (
        False
    )
    accept_changed: Annotated[
        bool, typer.Option("--accept-changed", help="Take changed downloads, and write them into xlalign.lock.")
    ] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False


def with_request(command: Callable[..., None]) -> Callable[..., None]:
    """Add the common options to a command; it receives them as the argument `request`."""
    own = inspect.signature(command, eval_str=True)
    names = [field.name for field in fields(Request)]

    @functools.wraps(command)
    def wrapper(**arguments: Any) -> None:
        request = Request(**{name: arguments.pop(name) for name in names})
        with _hub_offline() if request.offline else nullcontext():
            command(**arguments, request=request)

    parameters = [p for p in own.parameters.values() if p.name != "request"] + _common()
    # typer reads the signature: the command's own options come first, then those that all commands have.
    wrapper.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


@contextmanager
def _hub_offline() -> Iterator[None]:
    """Keep huggingface_hub, and what is built on it, off the network: here and in worker processes."""
    before = os.environ.get(HUB_OFFLINE)
    os.environ[HUB_OFFLINE] = "1"
    _tell_hub(True)
    try:
        yield
    finally:
        os.environ.pop(HUB_OFFLINE)
        if before is not None:
            os.environ[HUB_OFFLINE] = before
        _tell_hub(before is not None)


def _tell_hub(offline: bool) -> None:
    """huggingface_hub reads its environment once, when it is imported."""
    if loaded := sys.modules.get("huggingface_hub.constants"):
        loaded.HF_HUB_OFFLINE = offline  # type: ignore[attr-defined]


def _common() -> list[inspect.Parameter]:
    hints = get_type_hints(Request, include_extras=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(
            f.name, keyword, default=None if f.default is MISSING else f.default, annotation=hints[f.name]
        )
        for f in fields(Request)
    ]
