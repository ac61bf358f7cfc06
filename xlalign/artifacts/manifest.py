"""What an artifact says of itself. It holds no user, host or absolute path, since artifacts are shared."""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from xlalign.artifacts.digest import digest, files_below
from xlalign.errors import CacheError
from xlalign.files import file_sha256

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

    `hashed` is the JSON whose digest is the key; `content` the digest of the outputs without the volatile files
    (timings), which is what the keys of later stages are made of. `seconds` counts the computing of this
    artifact over all its resumptions; `peak_memory` is in bytes; `info` what the stage adds (seed, device,
    licences, citations, counts).
    """

    model_config = ConfigDict(extra="ignore")

    schema_number: int = SCHEMA
    stage: str
    name: str
    key: str
    hashed: dict[str, Any]
    outputs: dict[str, OutputFile]
    content: str
    created: str
    seconds: float
    peak_memory: int
    versions: dict[str, str]
    info: dict[str, Any] = {}


def describe(folder: Path, volatile: tuple[str, ...]) -> tuple[dict[str, OutputFile], str]:
    """Digest every file of `folder`; files matching a `volatile` pattern do not enter the content digest."""
    outputs = {
        path.relative_to(folder).as_posix(): OutputFile(sha256=file_sha256(path), size=path.stat().st_size)
        for path in files_below(folder)
    }
    stable = {name: file.sha256 for name, file in outputs.items() if not any(fnmatch(name, p) for p in volatile)}
    return outputs, digest(stable)


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
        CacheError: it is missing, not JSON, or of another schema.
    """
    try:
        manifest = Manifest.model_validate_json((artifact / NAME).read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise CacheError(f"unreadable manifest in {artifact}: {error}") from error
    if manifest.schema_number != SCHEMA:
        raise CacheError(f"manifest in {artifact} has schema {manifest.schema_number}, wanted {SCHEMA}")
    return manifest
