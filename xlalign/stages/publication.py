"""What is put on the hub: a folder with its card, and how it gets there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xlalign.errors import UserError, unknown_name
from xlalign.stages.base import model_stages
from xlalign.stages.cards import README, complete_model_card, provenance, write_dataset_card
from xlalign.stages.export import MARK, export
from xlalign.stages.measured import retrieval_results
from xlalign.stages.runner import Outcome

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline

SCORES = "xlalign-results.json"
"""The results.json of the evaluation, beside the model."""
_NAME = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Parcel:
    """What goes: path -> bytes of each file, and the text of the card."""

    folder: Path
    repository: str
    kind: Literal["model", "dataset"]
    files: Mapping[str, int]
    card: str


def refuse_name(repository: str) -> None:
    """Say before any work that a repository cannot be called so.

    Raises:
        UserError: it is not OWNER/NAME.
    """
    if not _NAME.fullmatch(repository):
        raise UserError(f"`{repository}` is no repository of the hub", "write OWNER/NAME, as in me/my-encoder")


def targets(pipeline: Pipeline, name: str, section: str = "") -> list[str]:
    """The stages that have to be current: the one that is pushed, and the evaluations of a model.

    Raises:
        UserError: the file has no such stage.
    """
    known = pipeline.stages.get(section, {}) if section else model_stages(pipeline.stages)
    if name not in known:
        raise unknown_name("bitext to push:" if section else "model to push, and no folder:", name, known)
    tests = pipeline.stages.get("eval", {}) if not section else {}
    return [name, *(test for test, own in tests.items() if name in (getattr(own, "models", ()) or known))]


def gather(pipeline: Pipeline, outcomes: Mapping[str, Outcome], name: str, folder: Path, licence: str) -> None:
    """Copy a stage's artifact to `folder`, with its card and what its model scored."""
    made = {node: outcome.artifact for node, outcome in outcomes.items()}
    export(made[name], folder, next(retrieval_results(name, pipeline.graph(), made), None))
    known = provenance(pipeline, outcomes, name)
    if name not in model_stages(pipeline.stages):
        write_dataset_card(folder, known, licence)
        return
    complete_model_card(folder, known, licence)
    tests = [outcomes[test].artifact.data for test in pipeline.stages.get("eval", {}) if test in outcomes]
    for results in tests[:1] if known.tasks else ():
        shutil.copyfile(results / "results.json", folder / SCORES)


def parcel(folder: Path, repository: str, kind: Literal["model", "dataset"]) -> Parcel:
    """What of a folder would go.

    Raises:
        UserError: it is no folder, no model, or has no card.
    """
    if not folder.is_dir():
        raise UserError(
            f"no folder {folder}", "write the name of a stage without `/`, or a folder that --out has written"
        )
    if kind == "model" and not (folder / "config.json").is_file():
        raise UserError("this is no model folder: no config.json in it", "give a model, or add --bitext for a data set")
    if not (folder / README).is_file():
        raise UserError("this folder has no README.md, which is its card on the hub", "write one, or push the stage")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MARK)
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
    return Parcel(folder, repository, kind, files, (folder / README).read_text(encoding="utf-8"))


def send(parcel: Parcel, *, public: bool) -> str:
    """Upload, in one commit; gives the address. A repository that is there stays as public as it was.

    Raises:
        UserError: the hub refuses, or cannot be reached.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    try:
        api.create_repo(parcel.repository, repo_type=parcel.kind, private=not public, exist_ok=True)
        done = api.upload_folder(
            repo_id=parcel.repository,
            repo_type=parcel.kind,
            folder_path=parcel.folder,
            commit_message="Upload with xlalign",
            ignore_patterns=[MARK],
        )
    except Exception as error:  # of the hub, or of an HTTP client that differs between its versions
        hint = "log in with `hf auth login` (a token that may write), and see the owner's name"
        raise UserError(f"the hub did not take {parcel.repository}: {error}", hint) from error
    return str(done.commit_url)
