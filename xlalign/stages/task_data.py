"""The data of one task, read (or drawn) once, checked, and stored for all cells."""

from __future__ import annotations

from xlalign.evaluation.data.splits import CellData
from xlalign.evaluation.settings import CellSettings
from xlalign.stages.base import Job


def pins(settings: CellSettings) -> dict[str, str]:
    """Digests of the files, or the revision of the hub's data set."""
    return CellData(settings).pins()


def run(job: Job) -> None:
    """Store every example that a cell of this task reads."""
    CellData(job.settings, stored=job.space.out).store()
