"""`xlalign cache ...`."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlalign.cli.console import output
from xlalign.cli.failures import boundary
from xlalign.cli.stages import print_json
from xlalign.errors import UserError

if TYPE_CHECKING:
    from xlalign.artifacts.artifact import Artifact
    from xlalign.artifacts.store import Store

HOUR = 3600.0
LISTED = 8
"""Matches of an ambiguous key that are listed."""

app = typer.Typer(help="Look at the artifact cache, check it, free space.", no_args_is_help=True)

Root = Annotated[Path | None, typer.Option("--cache", help="Cache folder; default $XLALIGN_CACHE.")]
Key = Annotated[str, typer.Argument(help="A key or its first characters, as `cache ls` shows them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
StageOption = Annotated[
    str | None, typer.Option("--stage", metavar="STAGE", help="Only this kind of stage, e.g. pretrain, or `eval*`.")
]
NameOption = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Only stages of this name, e.g. ppa, or `eval.xnli.*`.")
]


@app.command("ls")
def ls(cache: Root = None, stage: StageOption = None, name: NameOption = None, as_json: AsJson = False) -> None:
    """List artifacts with stage, name, key, size and age.

    **Example**: `xlalign cache ls --stage pretrain --name 'ppa*'`
    """
    with boundary():
        from rich.table import Table

        store = _store(cache)
        rows = [_row(artifact) for artifact in _matching(store, stage, name)]
        if as_json:
            print_json(rows)
            return
        table = Table("stage", "name", "key", "size", "made in", "created", box=None, header_style="bold")
        for row in rows:
            seconds, size = f"{row['seconds']:.1f} s", _size(row["size"])
            table.add_row(row["stage"], row["name"], row["key"][:12], size, seconds, row["created"])
        output().print(table, markup=False)
        output().print(f"[dim]{len(rows)} artifacts, {_size(sum(row['size'] for row in rows))}, in[/]", end=" ")
        output().print(str(store.root), markup=False, style="dim")


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
            console.print(f"{artifact.manifest.name}: the first of its stage", markup=False)
            return
        keys = f"{before.manifest.key[:12]} -> {artifact.manifest.key[:12]}"
        console.print(f"{artifact.manifest.name}: {keys}", markup=False)
        for line in differences(before.manifest.hashed, artifact.manifest.hashed) or ["nothing differs"]:
            console.print(f"  {line}", markup=False)
        for line in differences(before.manifest.versions, artifact.manifest.versions):
            console.print(f"  (not in the key) {line}", markup=False, style="dim")


@app.command("verify")
def verify(cache: Root = None, as_json: AsJson = False) -> None:
    """Check every manifest against its key and every file against its manifest; exit code 5 when one is damaged."""
    with boundary():
        from xlalign.artifacts.verify import survey

        found = list(survey(_store(cache)))
        damaged = [finding for finding in found if finding.damage]
        if as_json:
            print_json([{"folder": str(f.folder), "name": f.name, "damage": f.damage} for f in found])
        for finding in () if as_json else damaged:
            place = f"{finding.folder.parent.name}/{finding.folder.name[:12]}"
            output().print("[red]damaged[/]", end=" ")
            output().print(f"{finding.name} ({place}): {'; '.join(finding.damage)}", markup=False, soft_wrap=True)
        if damaged:
            hint = "the next run that needs one makes it again; `xlalign cache rm KEY` removes one now"
            output(stderr=as_json).print(f"{len(damaged)} of {len(found)} damaged; {hint}", markup=False, style="dim")
            raise typer.Exit(5)
        if not as_json:
            output().print(f"[green]every artifact is intact[/] [dim]({len(found)})[/]")


@app.command("rm")
def rm(
    key: Annotated[str | None, typer.Argument(help="A key or its first characters.")] = None,
    stage: StageOption = None,
    name: NameOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove more than one without being asked.")] = False,
    cache: Root = None,
) -> None:
    """Remove one artifact, or all of a kind of stage or a name. What a running pipeline uses stays.

    **Examples**: `xlalign cache rm 3f9a7c`, `xlalign cache rm --name ppa --yes`
    """
    with boundary():
        from xlalign.artifacts.collect import remove

        store = _store(cache)
        folders = _to_remove(store, key, stage, name)
        if len(folders) > 1 and not yes:
            raise UserError(f"{len(folders)} artifacts match", "look at them with `xlalign cache ls`, then add --yes")
        in_use = 0
        for folder in folders:
            gone = remove(store, folder.parent.name, folder.name)
            in_use += not gone
            state = "removed" if gone else "in use "
            output().print(f"{state} {folder.parent.name} {folder.name[:12]}", markup=False)
        if in_use:
            raise typer.Exit(5)


@app.command("gc")
def gc(
    keep_runs: Annotated[int | None, typer.Option("--keep-runs", min=0, help="Keep what the last N runs need.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Really delete; without it, only list.")] = False,
    grace: Annotated[float, typer.Option("--grace", help="Leave folders younger than this alone, in seconds.")] = HOUR,
    cache: Root = None,
) -> None:
    """Remove what no recent and no running pipeline needs. Lists only, unless `--delete` is given.

    **Example**: `xlalign cache gc --keep-runs 5 --delete`
    """
    with boundary():
        if keep_runs is None:
            raise UserError("`cache gc` needs to know what to keep", "for example `xlalign cache gc --keep-runs 5`")
        from xlalign.artifacts.collect import garbage, sweep

        store = _store(cache)
        items = garbage(store, keep_runs, grace)
        for item in items:
            output().print(f"{item.stage:<12} {item.key[:12]}  {_size(item.size)}", markup=False)
        if delete:
            output().print(f"freed {_size(sweep(store, items))}")
        else:
            output().print(f"[dim]{_size(sum(i.size for i in items))} could be freed; add --delete to do it[/]")


def _store(root: Path | None) -> Store:
    from xlalign.artifacts.store import Store

    return Store(root)


def _matching(store: Store, stage: str | None, name: str | None) -> list[Artifact]:
    return [
        artifact
        for artifact in store.artifacts()
        if fnmatch(artifact.manifest.stage, stage or "*") and fnmatch(artifact.manifest.name, name or "*")
    ]


def _to_remove(store: Store, key: str | None, stage: str | None, name: str | None) -> list[Path]:
    """Folders by key, damaged ones included, or of the artifacts that the filters leave."""
    if (key is None) == (stage is None and name is None):
        raise UserError("`cache rm` needs a KEY, or --stage or --name", "see `xlalign cache ls`")
    if key is None:
        found = [artifact.folder for artifact in _matching(store, stage, name)]
    else:
        found = [folder for folder in store.folders() if folder.name.startswith(key)]
        if len(found) > 1:
            raise _ambiguous(key, [f"{folder.parent.name} {folder.name[:16]}" for folder in found])
    if not found:
        raise UserError("no artifact matches", "see `xlalign cache ls`")
    return found


def _row(artifact: Artifact) -> dict[str, Any]:
    manifest = artifact.manifest
    size = sum(file.size for file in manifest.outputs.values())
    wanted = manifest.model_dump(include={"stage", "name", "key", "created", "seconds"})
    return {**wanted, "size": size}


def _find(store: Store, prefix: str) -> Artifact:
    found = [artifact for artifact in store.artifacts() if artifact.manifest.key.startswith(prefix)]
    if not found:
        raise UserError(f"no artifact has a key that starts with `{prefix}`", "see `xlalign cache ls`")
    if len(found) > 1:
        raise _ambiguous(prefix, [f"{a.manifest.key[:16]} {a.manifest.stage} {a.manifest.name}" for a in found])
    return found[0]


def _ambiguous(prefix: str, matches: list[str]) -> UserError:
    more = [f"and {len(matches) - LISTED} more"] if len(matches) > LISTED else []
    lines = "\n".join(f"  {line}" for line in [*matches[:LISTED], *more])
    return UserError(f"{len(matches)} artifacts have a key that starts with `{prefix}`:\n{lines}", "give more of it")


def _previous(store: Store, artifact: Artifact) -> Artifact | None:
    same = [a for a in store.artifacts(artifact.manifest.stage) if a.manifest.name == artifact.manifest.name]
    position = next(i for i, a in enumerate(same) if a.manifest.key == artifact.manifest.key)
    return same[position - 1] if position else None


def _size(count: float) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
