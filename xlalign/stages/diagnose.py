"""The diagnostics of one encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.diagnostics.record import Diagnostics
    from xlalign.stages.wiring import Diagnosed

RESULT = "diagnostics.json"


def pins(settings: Diagnosed) -> dict[str, str]:
    """The identity of a model from outside the cache, and of the sentence pairs."""
    from xlalign.evaluation.diagnostics import samples

    return {**pin_model(settings.model), **samples.pins(settings.options)}


def run(job: Job) -> None:
    """Measure the encoder."""
    from xlalign.evaluation.diagnostics.run import diagnose
    from xlalign.evaluation.diagnostics.samples import samples

    settings: Diagnosed = job.settings
    model, options = job.inputs.get("model", settings.model), settings.options
    found = diagnose(model, samples(options), options.max_length, options.device)
    (job.space.out / RESULT).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read(data: Path) -> Diagnostics:
    """The diagnostics from an artifact's data folder."""
    from xlalign.evaluation.diagnostics.record import Diagnostics

    return Diagnostics.model_validate_json((data / RESULT).read_bytes())
