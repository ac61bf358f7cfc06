"""Which model a name stands for: a value that is made where the pipeline file is read.

    scratch:nano               Scratch: new weights of a size
    base                       Stage: a pretrain or vocabulary stage of the same file
    models/mine, ./base        Folder: a transformers directory on this machine
    FacebookAI/xlm-roberta-base@<commit>   Hub: a repository

What identifies a model is the content behind its name. So names stay out of cache keys: a stage stands for the
content of its artifact, a folder for its files, a repository for one commit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlalign.artifacts.digest import digest_path
from xlalign.errors import UserError

SCRATCH = "scratch:"
_COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Scratch:
    """New weights; `size` is a row of the table of sizes."""

    size: str

    def identity(self) -> str:
        """The size."""
        return f"{SCRATCH}{self.size}"

    def __str__(self) -> str:
        return f"{SCRATCH}{self.size}"


@dataclass(frozen=True, slots=True)
class Stage:
    """The model that a stage of the pipeline makes; it is identified by the stage's artifact, among the inputs."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Folder:
    """A transformers directory."""

    path: Path

    def identity(self) -> str:
        """The digest of its files.

        Raises:
            UserError: it is no model, which is said before gigabytes of something else are read.
        """
        if not (self.path / "config.json").is_file():
            raise UserError(f"{self.path} is no model folder: no config.json in it", "give a transformers directory")
        return digest_path(self.path)

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the hub, at a commit, branch or tag; empty = its main branch."""

    repository: str
    revision: str = ""

    def identity(self) -> str:
        """Repository and commit; an artifact never depends on a moving name.

        Raises:
            UserError: the hub does not know it, or cannot be asked.
        """
        return f"{self.repository}@{self.revision if _COMMIT.fullmatch(self.revision) else self._commit()}"

    def _commit(self) -> str:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HFValidationError

        try:
            return str(HfApi().model_info(self.repository, revision=self.revision or None).sha)
        except HFValidationError as error:
            raise UserError(f"`{self}` is no stage, folder or hub id", "see the names in the pipeline file") from error
        except Exception as error:  # of the hub, or of an HTTP client that differs between its versions
            if commit := self._cached_commit():
                return commit
            hint = f"pin it, as in {self.repository}@<40 hex digits of the commit>, or give a local folder"
            raise UserError(f"cannot find the revision of the hub model {self.repository}: {error}", hint) from error

    def _cached_commit(self) -> str:
        """The commit that the name stood for when it was last downloaded; empty where it never was."""
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(self.repository, "config.json", revision=self.revision or None)
        return Path(found).parent.name if isinstance(found, str) else ""

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


Outside = Scratch | Folder | Hub
"""A model that no stage makes."""

Reference = Outside | Stage


def parse(name: str, stages: Collection[str] = ()) -> Reference:
    """The model that a name of a pipeline file stands for.

    A stage goes before a folder of the same name, which can be written `./NAME`.

    Args:
        name: what the user wrote.
        stages: the stages of the file that make models.
    """
    if name.startswith(SCRATCH):
        return Scratch(name.removeprefix(SCRATCH))
    if name in stages:
        return Stage(name)
    if Path(name).is_dir() or name.startswith((".", "/", "~")):
        return Folder(Path(name).expanduser())
    repository, _, revision = name.partition("@")
    return Hub(repository, revision)


def origin(model: Reference, made: Mapping[str, Any]) -> Reference:
    """Where a chain of stages begins: a size, folder or repository; a stage where it is a circle.

    Args:
        model: the end of the chain.
        made: the settings of the stages that make models; `start` names what each starts from.
    """
    seen: set[str] = set()
    while isinstance(model, Stage) and model.name not in seen:
        seen.add(model.name)
        model = parse(made[model.name].start, made)
    return model
