"""`xlalign doctor`."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlalign import __version__
from xlalign.cli.console import output

if TYPE_CHECKING:
    from xlalign.artifacts.store import Store

PACKAGES = (
    "torch",
    "transformers",
    "datasets",
    "accelerate",
    "sentencepiece",
    "simalign",
    "sacrebleu",
    "pyarrow",
    "numpy",
)
BINARIES = ("fast_align", "eflomal-align")


def command(
    cache: Annotated[Path | None, typer.Option("--cache", help="Cache folder to check.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON, for a report of a bug.")] = False,
) -> None:
    """Check this installation: packages, accelerator, cache, optional programs.

    The exit code is 4 when a package is missing, 5 when the cache is not writable.
    """
    from xlalign.artifacts.store import Store
    from xlalign.cli.stages import print_json

    found = _findings(Store(cache))
    if as_json:
        print_json(found)
    else:
        _print(found)
    if any(own is None for own in found["packages"].values()):
        raise typer.Exit(4)
    if not found["cache"]["writable"]:
        raise typer.Exit(5)


def _findings(store: Store) -> dict[str, Any]:
    """Everything that is looked at, without the user's name in any path."""
    folder = next(path for path in [store.root, *store.root.parents] if path.exists())
    return {
        "xlalign": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "accelerator": _accelerator(),
        "packages": {name: _version(name) for name in PACKAGES},
        "programs": {name: shutil.which(name) is not None for name in BINARIES},
        "cache": {
            "path": str(store.root).replace(str(Path.home()), "~"),
            "writable": os.access(folder, os.W_OK),
            "free_bytes": shutil.disk_usage(folder).free,
        },
    }


def _print(found: dict[str, Any]) -> None:
    console = output()
    console.print(f"xlalign {found['xlalign']}, Python {found['python']}, {found['system']}")
    for name, own in found["packages"].items():
        console.print(f"  {'[green]ok[/]' if own else '[red]missing[/]'}  {name} {own or ''}")
    console.print(f"  accelerator: {found['accelerator']}; {found['cores']} cores")
    for name, there in found["programs"].items():
        console.print(f"  {name}: {'installed' if there else '[dim]not installed (optional)[/]'}")
    own = found["cache"]
    free = f", {own['free_bytes'] / 1e9:.1f} GB free"
    console.print(
        f"  cache: {own['path']}{free if own['writable'] else ' [red]is not writable[/] (set XLALIGN_CACHE)'}"
    )
    if None in found["packages"].values():
        console.print("[cyan]hint:[/] pip install -c constraints.txt .")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _accelerator() -> str:
    if _version("torch") is None:
        return "unknown without torch"
    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()} (bf16: {torch.cuda.is_bf16_supported()})"
    if torch.backends.mps.is_available():
        return "Apple MPS"
    return "none (CPU)"
