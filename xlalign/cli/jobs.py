"""One job without a pipeline file, from the options of a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.cli.console import output
from xlalign.cli.options import Request
from xlalign.cli.stages import current, describe, print_json
from xlalign.errors import DataError, UserError

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline

JOB = "One job, without a pipeline file"
"""The panel of the options that say all by themselves."""


def align_lines(
    request: Request, inputs: Sequence[str], languages: str | None, aligner: str | None, encoder: str | None
) -> None:
    """Print one Pharaoh line for each line of the input.

    Args:
        request: the common options; `--json` prints the artifact instead, `--out` also writes it.
        inputs: two line-parallel files; one file with a table; or `-`: lines `source ||| target`.
        languages: `en-de`; None: told by the files' endings, else unknown.
        aligner: name of an aligner.
        encoder: model folder or hub id.
    """
    from xlalign.api import jobs
    from xlalign.artifacts.store import Store

    codes = jobs.languages_of(languages) if languages else _told(inputs)
    if list(inputs) == ["-"]:
        path, _ = jobs.stored_pairs(_typed(), Store(request.cache).root)
        uri, folder = f"file:{path.name}", path.parent
    else:
        uri, folder = f"file:{'|'.join(inputs)}", Path()
    model, changes = _absolute(encoder), request.assignments or ()
    job = jobs.align_job(uri, codes, aligner=aligner or "", encoder=model, assignments=changes, folder=folder)
    outcomes = current(request, job, ["align-words"], aside=True)
    if outcomes is None:
        return
    if request.json_output:
        print_json(describe(outcomes, ["align-words"]))
        return
    lines = next(iter(sorted((outcomes["align-words"].artifact.data / "pharaoh").glob("*.txt"))))
    with lines.open(encoding="utf-8") as file:
        sys.stdout.writelines(file)


def run_job(request: Request, job: Pipeline, name: str) -> None:
    """Make the stage of a job current, and say where it is."""
    outcomes = current(request, job, [name])
    if outcomes is None:
        return
    if request.json_output:
        print_json(describe(outcomes, [name]))
    elif not request.out:
        output().print(f"{outcomes[name].artifact.data}", soft_wrap=True, markup=False)


def required(value: str | None, option: str, example: str) -> str:
    """The value of an option that a job cannot do without."""
    if not value:
        raise UserError(f"this job needs {option}", f"for example {option} {example}")
    return value


def _typed() -> list[tuple[str, str]]:
    pairs = []
    for number, line in enumerate(sys.stdin, 1):
        source, mark, target = line.rstrip("\n").partition("|||")
        if not mark:
            raise DataError(f"standard input, line {number}: no `|||` between source and target")
        pairs.append((source.strip(), target.strip()))
    if not pairs:
        raise DataError("nothing on standard input", "echo 'the dog ||| der Hund' | xlalign align-words --input -")
    return pairs


def _told(inputs: Sequence[str]) -> list[str]:
    """The languages that the endings of two files tell (`a.en`, `a.de.gz`); else codes for unknown ones."""
    from xlalign.api.jobs import UNSTATED
    from xlalign.bitext import languages

    endings = [
        Path(name.removesuffix(Path(name).suffix) if name.endswith((".gz", ".xz", ".bz2", ".zst")) else name)
        for name in inputs
    ]
    codes = [path.suffix.removeprefix(".") for path in endings]
    try:
        told = [languages.normalise(code) for code in codes]
    except UserError:
        return list(UNSTATED)
    return told if len(set(told)) == 2 else list(UNSTATED)


def _absolute(encoder: str | None) -> str:
    """A model folder by its whole path, because the text may lie elsewhere."""
    return str(Path(encoder).absolute()) if encoder and Path(encoder).is_dir() else encoder or ""
