"""The one boundary where errors become messages and exit codes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console
from rich.markup import escape

from xlalign.errors import Interrupted, XlalignError

ISSUES = "https://github.com/xlalign/xlalign/issues"


@contextmanager
def boundary(*, debug: bool = False) -> Iterator[None]:
    """Print a deliberate error as one message with its hint and leave with its exit code.

    A bug (any other exception) passes through: it is shown with its traceback. `debug` lets everything through.
    """
    previous = signal.signal(signal.SIGTERM, _terminated)
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
    finally:
        signal.signal(signal.SIGTERM, previous)


def show(error: XlalignError) -> None:
    """Print an error and its hint to standard error."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]error:[/] {escape(error.message)}", soft_wrap=True)
    if error.hint:
        console.print(f"[bold cyan]hint:[/]  {escape(error.hint)}", soft_wrap=True)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise Interrupted("stopped by SIGTERM", "run the same command again: finished stages and checkpoints are kept")
