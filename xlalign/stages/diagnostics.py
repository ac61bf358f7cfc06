"""The diagnostics stage: bring the diagnostics of all encoders together."""

from __future__ import annotations

import json

from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
from xlalign.modeling.reference import parse
from xlalign.stages.base import Job, Kind, Node, Section, Stages, model_stages
from xlalign.stages.diagnose import DIAGNOSE, RESULT, read
from xlalign.stages.grid import models_of

DIAGNOSTICS = Kind("diagnostics", 1, __name__)


def nodes(name: str, settings: DiagnosticsSettings, stages: Stages) -> list[Node]:
    """One node for each model, and one that brings them together."""
    made = model_stages(stages)
    models = models_of(name, settings.models, stages)
    one = settings.model_copy(update={"models": ()})
    built = [
        Node(f"{name}.{model}", DIAGNOSE, one, group=name).reading("model", parse(model, made)) for model in models
    ]
    together = settings.model_copy(update={"models": models})
    return [*built, Node(name, DIAGNOSTICS, together, {model: f"{name}.{model}" for model in models})]


SECTION = Section("diagnostics", DiagnosticsSettings, nodes)


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """Everything comes from the encoders' own stages."""
    return {}


def run(job: Job) -> None:
    """Write diagnostics.json: model -> diagnostics."""
    found = {model: read(job.inputs[model]).model_dump(mode="json") for model in job.settings.models}
    (job.space.out / RESULT).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
