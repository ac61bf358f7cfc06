"""The data of one task, read (or drawn) once, checked, and stored for all cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.evaluation.data import source
from xlalign.evaluation.data.sets import TestData, TrainingData
from xlalign.stages.base import Job

if TYPE_CHECKING:
    from xlalign.stages.grid import TaskData


def pins(settings: TaskData) -> dict[str, str]:
    """Digests of the files, or the revision of the hub's data set."""
    return source.pins(_data(settings).parts())


def run(job: Job) -> None:
    """Store every example that is read."""
    source.store(_data(job.settings, job.space.out).parts(), job.space.out)


def _data(settings: TaskData, stored: Path | None = None) -> TrainingData | TestData:
    if settings.training:
        return TrainingData(settings.training, stored)
    assert settings.tested
    return TestData(settings.tested, stored)
