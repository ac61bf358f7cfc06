"""`xlalign doctor`."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
) -> None:
    """Check this installation: packages, accelerator, cache, optional programs.

    The exit code is 4 when a package is missing, 5 when the cache is not writable.
    """
    from xlalign.artifacts.store import Store

    console = output()
    missing = [name for name in PACKAGES if _version(name) is None]
    console.print(
        f"xlalign {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    for name in PACKAGES:
        console.print(
            f"  {'[green]ok[/]' if name not in missing else '[red]missing[/]'}  {name} {_version(name) or ''}"
        )
    console.print(f"  {_accelerator()}; {os.cpu_count()} cores")
    for name in BINARIES:
        console.print(f"  {name}: {shutil.which(name) or '[dim]not installed (optional)[/]'}")
    writable = _cache(Store(cache))
    console.print(f"  cache: {writable}")
    if missing:
        console.print("[cyan]hint:[/] pip install -c constraints.txt .")
        raise typer.Exit(4)
    if "not writable" in writable:
        raise typer.Exit(5)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _accelerator() -> str:
    if _version("torch") is None:
        return "accelerator: unknown without torch"
    import torch

    if torch.cuda.is_available():
        return f"accelerator: {torch.cuda.get_device_name()} (bf16: {torch.cuda.is_bf16_supported()})"
    if torch.backends.mps.is_available():
        return "accelerator: Apple MPS"
    return "accelerator: none (CPU)"


def _cache(store: Store) -> str:
    folder = next(path for path in [store.root, *store.root.parents] if path.exists())
    if not os.access(folder, os.W_OK):
        return f"{store.root} [red]is not writable[/] (set XLALIGN_CACHE)"
    return f"{store.root}, {shutil.disk_usage(folder).free / 1e9:.1f} GB free"
