"""A stage that fails as libraries and machines fail."""

import errno
import os
import signal
import sys

from pydantic import Field

from xlalign.config import Settings
from xlalign.stages.base import Job, Kind, Node


class FailingSettings(Settings):
    how: str = Field("", description="which failure")


def pins(settings: FailingSettings) -> dict[str, str]:
    return {}


def run(job: Job) -> None:
    FAILURES[job.settings.how](job)


def full(job: Job) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def too_big(job: Job) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    (job.space.out / "x").write_bytes(b"x" * 5000)


def memory(job: Job) -> None:
    raise MemoryError


def allocator(job: Job) -> None:
    import torch

    torch.empty(1 << 60)


def broken_weights(job: Job) -> None:
    from safetensors.numpy import load_file

    place = job.space.scratch / "x.safetensors"
    place.write_bytes(b"\xff" * 64)
    load_file(place)


def rust(job: Job) -> None:
    raise Exception("No space left on device (os error 28)")  # noqa: TRY002  (what tokenizers raises)


def bare(job: Job) -> None:
    raise Exception("Unk token `<unk>` not found in the vocabulary")  # noqa: TRY002


def killed(job: Job) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def missing(job: Job) -> None:
    import no_such_package  # type: ignore[import-not-found]  # noqa: F401


def deep(job: Job) -> None:
    sys.setrecursionlimit(200)
    deep(job)


class StubbornError(Exception):
    """Cannot be sent to another process: it does not come out of a pickle."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def stubborn(job: Job) -> None:
    raise StubbornError("first", "second")


FAILURES = {
    f.__name__: f
    for f in (full, too_big, memory, allocator, broken_weights, rust, bare, killed, missing, deep, stubborn)
}
KIND = Kind("failing", 1, "failing_stage")


def node(how: str, name: str = "part") -> Node:
    return Node(name, KIND, FailingSettings(how=how))
