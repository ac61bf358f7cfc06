"""The diagnostics stage: bring the diagnostics of all encoders together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.diagnose import RESULT, read

if TYPE_CHECKING:
    from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """Everything comes from the encoders' own stages."""
    return {}


def run(job: Job) -> None:
    """Write diagnostics.json: model -> diagnostics."""
    found = {model: read(job.inputs[model]).model_dump(mode="json") for model in job.settings.models}
    (job.space.out / RESULT).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
