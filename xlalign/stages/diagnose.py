"""The diagnostics of one encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
from xlalign.stages.base import Job, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.diagnostics.record import Diagnostics

DIAGNOSE = Kind("diagnose", 2, __name__)
RESULT = "diagnostics.json"


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """The identity of the sentence pairs."""
    from xlalign.evaluation.diagnostics import samples

    return samples.pins(settings)


def run(job: Job) -> None:
    """Measure the encoder."""
    from xlalign.evaluation.diagnostics.run import diagnose
    from xlalign.evaluation.diagnostics.samples import samples

    options: DiagnosticsSettings = job.settings
    found = diagnose(str(job.model("model")), samples(options), options.max_length, options.device)
    (job.space.out / RESULT).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read(data: Path) -> Diagnostics:
    """The diagnostics from an artifact's data folder."""
    from xlalign.evaluation.diagnostics.record import Diagnostics

    return Diagnostics.model_validate_json((data / RESULT).read_bytes())
