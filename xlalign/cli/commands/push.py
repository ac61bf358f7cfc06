"""`xlalign push`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from xlalign.cli import complete
from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.options import Request, with_request
from xlalign.cli.stages import current, open_pipeline, print_json
from xlalign.errors import UserError

if TYPE_CHECKING:
    from xlalign.stages.publication import Parcel

HEAD = 40
"""Lines of the card that are shown."""


@with_request
def command(
    request: Request,
    model: Annotated[
        str,
        typer.Argument(
            help="A model of the pipeline (with --bitext: a bitext), or a folder, ./NAME, that --out has written.",
            autocompletion=complete.stages("pretrain"),
        ),
    ],
    repository: Annotated[str, typer.Argument(metavar="REPO", help="OWNER/NAME on the hub; made where it is not.")],
    bitext: Annotated[bool, typer.Option("--bitext", help="Push a bitext, as a data set.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send it; without, only what would go is shown.")] = False,
    public: Annotated[bool, typer.Option("--public", help="A new repository is public; without, private.")] = False,
    licence: Annotated[
        str, typer.Option("--licence", metavar="NAME", help="Of what is pushed, as the hub spells it: mit, cc-by-4.0.")
    ] = "",
) -> None:
    """Put a model with its card and scores, or a bitext, on the Hugging Face hub; without --yes nothing is sent.

    **Examples**

    - `xlalign push ppa me/ppa` (files, sizes and the head of the card)
    - `xlalign push ppa me/ppa --licence mit --yes` (a private repository)
    - `xlalign push prepare me/bitext --bitext --licence cc-by-4.0 --yes --public`
    """
    with boundary(debug=request.debug), TemporaryDirectory(prefix="xlalign-push-") as place:
        from xlalign.stages import publication

        publication.refuse_name(repository)
        if yes and request.offline:
            raise UserError("--yes and --offline do not go together", "leave one of them out")
        folder = Path(model) if "/" in model else Path(place, "folder")
        if "/" not in model:
            opened = open_pipeline(request)
            targets = publication.targets(opened, model, "prepare" if bitext else "")
            outcomes = current(_plain(request), opened, targets, [model], aside=True)
            if outcomes is None:
                return
            publication.gather(opened, outcomes, model, folder, licence)
        parcel = publication.parcel(folder, repository, "dataset" if bitext else "model")
        address = publication.send(parcel, public=public) if yes else ""
        if request.json_output:
            files = [{"path": name, "bytes": size} for name, size in parcel.files.items()]
            print_json({"repository": repository, "kind": parcel.kind, "files": files, "sent": yes})
        elif address:
            output().print(f"sent to {address}", soft_wrap=True, markup=False)
        elif not request.quiet:
            _show(parcel, public)


def _plain(request: Request) -> Request:
    """The request without `--out` and `--json`, which are this command's own."""
    from dataclasses import replace

    return replace(request, out=None, json_output=False, quiet=request.quiet or request.json_output)


def _show(parcel: Parcel, public: bool) -> None:
    console = output()
    how = "public" if public else "private"
    console.print(f"would go to {parcel.repository} ({parcel.kind}, {how} where it is new):", markup=False)
    for name, size in parcel.files.items():
        console.print(f"{size:>15,}  {name}", markup=False, soft_wrap=True)
    console.print(f"{sum(parcel.files.values()):>15,}  bytes in {len(parcel.files)} files", markup=False)
    console.print()
    lines = parcel.card.splitlines()
    console.print("\n".join(lines[:HEAD]), markup=False, highlight=False, soft_wrap=True)
    if len(lines) > HEAD:
        console.print(f"... and {len(lines) - HEAD} more lines of README.md", style="dim")
    console.print("\nnothing was sent: add --yes", markup=False)
