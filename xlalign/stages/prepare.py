"""The prepare stage: sources in, a clean bitext artifact out."""

from __future__ import annotations

from xlalign.artifacts.digest import digest_path
from xlalign.bitext.settings import PrepareSettings
from xlalign.stages.base import Job


def pins(settings: PrepareSettings) -> dict[str, str]:
    """Content digests of every local file that the sources read."""
    from xlalign.bitext.prepare import inputs

    return {str(path): digest_path(path) for path in inputs(settings)}


def run(job: Job) -> None:
    """Read, clean, deduplicate, split."""
    from xlalign.bitext.prepare import prepare

    report = prepare(job.settings, job.space.out, engine=job.engine)
    job.space.info |= {"read": report.read, "kept": report.kept, "dropped": report.dropped}
