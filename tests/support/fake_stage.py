"""A stage of plain files for the tests of the runner: it writes its settings and what it read."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from pydantic import Field

from xlalign import progress
from xlalign.config import Settings, operational
from xlalign.errors import DataError, Interrupted
from xlalign.stages.base import Job, Kind, Node


class FakeSettings(Settings):
    value: int = Field(0, description="a number")
    fail: bool = Field(False, description="whether to fail")
    note: str = Field("", description="text of its report, which is no part of the result")
    polite: bool = Field(False, description="whether SIGTERM ends it by Interrupted, as it ends a training")
    seconds: float = operational(0.0, "how long it takes")
    touch: str = operational("", "file that gets a line per run")


def pins(settings: FakeSettings) -> dict[str, str]:
    return {}


def run(job: Job) -> None:
    if job.settings.touch:
        with Path(job.settings.touch).open("a") as stream:
            stream.write(f"{job.name} {os.getpid()}\n")
    if job.settings.polite:
        signal.signal(signal.SIGTERM, _interrupt)
    with progress.task("work", total=2, unit="steps") as task:
        task.advance()
        time.sleep(job.settings.seconds)
        task.advance()
    if job.settings.fail:
        raise DataError("bad line 3", "mend it")
    read = {role: json.loads((path / "result.json").read_text()) for role, path in job.inputs.items()}
    (job.space.out / "result.json").write_text(json.dumps([job.settings.value, read]))
    (job.space.out / "report.json").write_text(f"{job.settings.note:>12}")
    job.space.info["value"] = job.settings.value


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted("a checkpoint was written")


KIND = Kind("fake", 1, "fake_stage", volatile=("report.json",))
SHOWN = replace(KIND, shown=("result.json",))


def node(name: str, inputs: dict[str, str] | None = None, *, shows: bool = False, **settings: object) -> Node:
    return Node(name, SHOWN if shows else KIND, FakeSettings(**settings), inputs or {})


def graph(*nodes: Node) -> dict[str, Node]:
    return {item.name: item for item in nodes}
