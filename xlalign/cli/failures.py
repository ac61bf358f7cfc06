"""The one boundary where errors become messages and exit codes."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from xlalign.errors import Interrupted, Notice, XlalignError, explained, shown


@contextmanager
def boundary(*, debug: bool = False) -> Iterator[None]:
    """Print an error as one message with its hint and leave with its exit code; our own warnings are one line each.

    `debug` (or `XLALIGN_DEBUG` in the environment) lets everything through, to be shown with its traceback.
    """
    debug = debug or bool(os.environ.get("XLALIGN_DEBUG"))
    previous = signal.signal(signal.SIGTERM, _terminated)
    voice, warnings.showwarning = warnings.showwarning, _voiced(warnings.showwarning)
    try:
        yield
    except KeyboardInterrupt as error:
        show(Interrupted("interrupted", "run the same command again: finished stages and checkpoints are kept"))
        raise typer.Exit(130) from error
    except XlalignError as error:
        if debug:
            raise
        show(error)
        raise typer.Exit(error.exit_code) from error
    except Exception as error:
        if debug or isinstance(error, typer.Abort) or hasattr(error, "exit_code"):  # typer's own ways to leave
            raise
        failure = explained(error)
        show(failure)
        raise typer.Exit(failure.exit_code) from error
    finally:
        warnings.showwarning = voice
        signal.signal(signal.SIGTERM, previous)


def show(error: XlalignError) -> None:
    """Print an error and its hint to standard error."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]error:[/] {escape(_lines(error.message))}", soft_wrap=True)
    if error.hint:
        console.print(f"[bold cyan]hint:[/]  {escape(_lines(error.hint))}", soft_wrap=True)


def _lines(text: str) -> str:
    """A message line by line; what a corpus or a server put into it cannot steer the terminal."""
    return "\n".join(map(shown, text.split("\n")))


def _voiced(others: Callable[..., None]) -> Callable[..., None]:
    """How warnings are shown: ours as a line to standard error, others as before."""

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, Notice):
            console = Console(stderr=True, highlight=False)
            console.print(f"[bold yellow]warning:[/] {escape(_lines(str(message)))}", soft_wrap=True)
        else:
            others(message, category, *place, **more)

    return show


def _terminated(number: int, frame: FrameType | None) -> None:
    raise Interrupted("stopped by SIGTERM", "run the same command again: finished stages and checkpoints are kept")
