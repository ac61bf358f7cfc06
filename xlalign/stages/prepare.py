"""The prepare stage: sources in, a clean bitext artifact out."""

from __future__ import annotations

from dataclasses import asdict

from xlalign.artifacts.digest import digest_path
from xlalign.bitext.prepare import external_files, prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.stages.base import Job


def pins(settings: PrepareSettings) -> dict[str, str]:
    """Content digests of every local file that the sources read."""
    return {str(path): digest_path(path) for path in external_files(settings)}


def run(job: Job) -> None:
    """Read, clean, deduplicate, split."""
    report = prepare(job.settings, job.space.out)
    job.space.info.update(asdict(report))
