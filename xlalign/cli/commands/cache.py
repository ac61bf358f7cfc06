"""`xlalign cache ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.stages import print_json
from xlalign.errors import UserError

if TYPE_CHECKING:
    from xlalign.artifacts.store import Artifact, Store

HOUR = 3600.0
app = typer.Typer(help="Look at the artifact cache, check it, free space.", no_args_is_help=True)

Root = Annotated[Path | None, typer.Option("--cache", help="Cache folder; default $XLALIGN_CACHE.")]
Key = Annotated[str, typer.Argument(help="A key or its first characters, as `cache ls` shows them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("ls")
def ls(cache: Root = None, as_json: AsJson = False) -> None:
    """List every artifact with stage, name, key, size and age."""
    with boundary():
        from rich.table import Table

        store = _store(cache)
        rows = [_row(artifact) for artifact in store.artifacts()]
        if as_json:
            print_json(rows)
            return
        table = Table("stage", "name", "key", "size", "made in", "created", box=None, header_style="bold")
        for row in rows:
            seconds, size = f"{row['seconds']:.1f} s", _size(row["size"])
            table.add_row(row["stage"], row["name"], row["key"][:12], size, seconds, row["created"])
        output().print(table)
        output().print(f"[dim]{len(rows)} artifacts, {_size(sum(row['size'] for row in rows))}, in {store.root}[/]")


@app.command("show")
def show(key: Key, cache: Root = None) -> None:
    """Print an artifact's manifest: settings, inputs, outputs, versions."""
    with boundary():
        print(_find(_store(cache), key).manifest.model_dump_json(indent=1))


@app.command("explain")
def explain(
    key: Key, other: Annotated[str | None, typer.Argument(help="Compare with this key.")] = None, cache: Root = None
) -> None:
    """Say in which fields an artifact differs from the one of its stage made before it (or from OTHER)."""
    with boundary():
        from xlalign.artifacts.explain import differences

        store = _store(cache)
        artifact = _find(store, key)
        before = _find(store, other) if other else _previous(store, artifact)
        console = output()
        if before is None:
            console.print(f"{artifact.manifest.name}: the first of its stage")
            return
        console.print(f"{artifact.manifest.name}: {before.manifest.key[:12]} -> {artifact.manifest.key[:12]}")
        for line in differences(before.manifest.hashed, artifact.manifest.hashed) or ["nothing differs"]:
            console.print(f"  {line}", markup=False)
        for line in differences(before.manifest.versions, artifact.manifest.versions):
            console.print(f"  [dim](not in the key) {line}[/]")


@app.command("verify")
def verify(cache: Root = None) -> None:
    """Check the digest of every file; exit code 5 when something is damaged."""
    with boundary():
        damaged = 0
        for artifact in _store(cache).artifacts():
            files = artifact.damaged_files(thorough=True)
            damaged += bool(files)
            if files:
                output().print(
                    f"[red]damaged[/] {artifact.manifest.name} {artifact.manifest.key[:12]}: {', '.join(files)}"
                )
        if damaged:
            raise typer.Exit(5)
        output().print("[green]every artifact is intact[/]")


@app.command("gc")
def gc(
    keep_runs: Annotated[int | None, typer.Option("--keep-runs", min=0, help="Keep what the last N runs need.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Really delete; without it, only list.")] = False,
    grace: Annotated[float, typer.Option("--grace", help="Leave folders younger than this alone, in seconds.")] = HOUR,
    cache: Root = None,
) -> None:
    """Remove what no recent run needs. Lists only, unless `--delete` is given.

    **Example**: `xlalign cache gc --keep-runs 5 --delete`
    """
    with boundary():
        if keep_runs is None:
            raise UserError("`cache gc` needs to know what to keep", "for example `xlalign cache gc --keep-runs 5`")
        from xlalign.artifacts.collect import garbage, sweep

        store = _store(cache)
        items = garbage(store, keep_runs, grace)
        for item in items:
            output().print(f"{item.stage:<12} {item.key[:12]}  {_size(item.size)}")
        if delete:
            output().print(f"freed {_size(sweep(store, items))}")
        else:
            output().print(f"[dim]{_size(sum(i.size for i in items))} could be freed; add --delete to do it[/]")


def _store(root: Path | None) -> Store:
    from xlalign.artifacts.store import Store

    return Store(root)


def _row(artifact: Artifact) -> dict[str, Any]:
    manifest = artifact.manifest
    size = sum(file.size for file in manifest.outputs.values())
    wanted = manifest.model_dump(include={"stage", "name", "key", "created", "seconds"})
    return {**wanted, "size": size}


def _find(store: Store, prefix: str) -> Artifact:
    found = [artifact for artifact in store.artifacts() if artifact.manifest.key.startswith(prefix)]
    if len(found) != 1:
        problem = "no artifact has" if not found else f"{len(found)} artifacts have"
        raise UserError(f"{problem} a key that starts with `{prefix}`", "see `xlalign cache ls`")
    return found[0]


def _previous(store: Store, artifact: Artifact) -> Artifact | None:
    same = [a for a in store.artifacts(artifact.manifest.stage) if a.manifest.name == artifact.manifest.name]
    position = next(i for i, a in enumerate(same) if a.manifest.key == artifact.manifest.key)
    return same[position - 1] if position else None


def _size(count: object) -> str:
    size = float(str(count))
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
