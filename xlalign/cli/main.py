"""The `xlalign` program."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from xlalign import __version__
from xlalign.cli.commands import (
    align_words,
    cache,
    check,
    doctor,
    evaluate,
    init,
    listing,
    prepare,
    pretrain,
    project,
    push,
    report,
    run,
    schema,
    vocab,
)

app = typer.Typer(
    name="xlalign",
    help="Cross-lingual alignment of multilingual encoders, end to end.\n\n"
    "Each stage command makes its stage current: it reads xlalign.toml in the working directory (or the built-in "
    "quickstart), runs what is missing, and says for every stage whether it was in the cache or why it runs.",
    epilog="First steps: `xlalign run quickstart`, then `xlalign init` for a pipeline of your own.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"xlalign {__version__}")
        raise typer.Exit


@app.callback()
def xlalign(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Cross-lingual alignment of multilingual encoders, end to end."""


STAGES, TOOLS = "Stages", "Pipelines and tools"
app.command("prepare", rich_help_panel=STAGES)(prepare.command)
app.command("align-words", rich_help_panel=STAGES)(align_words.command)
app.command("pretrain", rich_help_panel=STAGES)(pretrain.command)
app.add_typer(vocab.app, name="vocab", rich_help_panel=STAGES)
app.command("eval", rich_help_panel=STAGES)(evaluate.command)
app.command("project", rich_help_panel=TOOLS)(project.command)
app.command("run", rich_help_panel=TOOLS)(run.command)
app.command("report", rich_help_panel=TOOLS)(report.command)
app.command("push", rich_help_panel=TOOLS)(push.command)
app.command("check", rich_help_panel=TOOLS)(check.command)
app.command("init", rich_help_panel=TOOLS)(init.command)
app.command("schema", rich_help_panel=TOOLS)(schema.command)
app.command("list", rich_help_panel=TOOLS)(listing.command)
app.add_typer(cache.app, name="cache", rich_help_panel=TOOLS)
app.command("doctor", rich_help_panel=TOOLS)(doctor.command)


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows and an ASCII terminal cannot show every script: `\\u0939` is better than an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
