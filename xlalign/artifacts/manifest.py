"""What an artifact says of itself. It holds no user, host or absolute path, since artifacts are shared."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from xlalign.artifacts.digest import digest, digest_file, files_below
from xlalign.errors import CacheError

SCHEMA = 1
NAME = "manifest.json"
_PACKAGES = (
    "xlalign",
    "torch",
    "transformers",
    "tokenizers",
    "sentencepiece",
    "numpy",
    "pyarrow",
    "datasets",
)


class OutputFile(BaseModel):
    """One file of an artifact: SHA-256 and size in bytes."""

    sha256: str
    size: int


class Manifest(BaseModel):
    """The record written last into an artifact; its presence means the artifact is complete.

    `hashed` is the JSON whose digest is the key; `content` the digest of the outputs without those that match
    `volatile` (reports, cards, timings), which is what the keys of later stages are made of; `volatile` is None in
    artifacts from before it was recorded. `seconds` counts the computing of this artifact over all its resumptions;
    `peak_memory` is in bytes; `info` what the stage adds (seed, device, licences, citations, counts).
    """

    model_config = ConfigDict(extra="ignore")

    schema_number: int = SCHEMA
    stage: str
    name: str
    key: str
    hashed: dict[str, Any]
    outputs: dict[str, OutputFile]
    content: str
    volatile: tuple[str, ...] | None = None
    created: str
    seconds: float
    peak_memory: int
    versions: dict[str, str]
    info: dict[str, Any] = {}

    def contradiction(self, folder: Path) -> str:
        """What in the manifest does not belong together, or not to the folder it lies in; empty where all does."""
        if self.key != folder.name or self.stage != folder.parent.name:
            return f"the manifest is that of {self.stage} {self.key[:12]}"
        if digest(self.hashed) != self.key:
            return "the manifest's `hashed` is not what the key stands for"
        if self.volatile is not None and content_of(self.outputs, self.volatile) != self.content:
            return "the manifest's `content` is not that of its outputs"
        return ""


def describe(folder: Path) -> dict[str, OutputFile]:
    """Digest and size of every file of `folder`, by its relative path.

    Raises:
        CacheError: there is a link, whose target could change behind the digest.
    """
    files = files_below(folder)
    if links := [path.relative_to(folder).as_posix() for path in files if path.is_symlink()]:
        raise CacheError(f"a stage left links among its outputs: {', '.join(links)}", "copy the files instead")
    return {
        path.relative_to(folder).as_posix(): OutputFile(sha256=digest_file(path), size=path.stat().st_size)
        for path in files
    }


def content_of(outputs: dict[str, OutputFile], volatile: Iterable[str]) -> str:
    """The digest that identifies a result: of all outputs but those whose name matches a `volatile` pattern."""
    # Names and digests, no sizes or times: a copy on another machine is the same result.
    return digest({name: file.sha256 for name, file in outputs.items() if not any(fnmatch(name, p) for p in volatile)})


def versions() -> dict[str, str]:
    """The versions of Python, the platform and the packages that may change a number."""
    found = {"python": platform.python_version(), "platform": f"{sys.platform}-{platform.machine()}"}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(artifact: Path) -> Manifest:
    """Read an artifact's manifest.

    Raises:
        CacheError: it is missing, not JSON, of another schema, or contradicts itself or its folder.
    """
    try:
        manifest = Manifest.model_validate_json((artifact / NAME).read_bytes())
    except FileNotFoundError as error:
        raise CacheError("it has no manifest") from error
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise CacheError(f"its manifest is unreadable: {str(error).splitlines()[0]}") from error
    if manifest.schema_number != SCHEMA:
        raise CacheError(f"its manifest has schema {manifest.schema_number}, wanted {SCHEMA}")
    if contradiction := manifest.contradiction(artifact):
        raise CacheError(contradiction)
    return manifest
