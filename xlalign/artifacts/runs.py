"""Records of runs: which artifacts belonged together. They are the roots of the garbage collection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xlalign.artifacts.digest import digest
from xlalign.artifacts.manifest import now
from xlalign.artifacts.store import Store
from xlalign.files import write_json


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a pipeline: `stages` maps a stage's name to {stage, key, state, seconds}.

    `number` counts the runs of the cache, so that their order does not hang on the clock.
    """

    pipeline: str
    created: str
    stages: dict[str, dict[str, Any]]
    pinned: bool = False
    number: int = 0

    @property
    def identity(self) -> str:
        """The name of the record: time and a digest of its content."""
        return f"{self.created.replace(':', '').replace('+0000', 'Z')}-{digest(asdict(self))[:8]}"


def record(store: Store, pipeline: str, stages: Mapping[str, dict[str, Any]]) -> RunRecord:
    """Write the record of a finished run."""
    with store.gate(), store.writing():
        last = max((run.number for run in records(store)), default=0)
        run = RunRecord(pipeline, now(), dict(stages), number=last + 1)
        write_json(store.root / "runs" / f"{run.identity}.json", asdict(run))
    return run


def records(store: Store) -> list[RunRecord]:
    """All run records, oldest first; unreadable ones are left out."""
    found = [run for path in sorted((store.root / "runs").glob("*.json")) if (run := _read(path))]
    return sorted(found, key=lambda run: (run.number, run.created))


def _read(path: Path) -> RunRecord | None:
    try:
        return RunRecord(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
