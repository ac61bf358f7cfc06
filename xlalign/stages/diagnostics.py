"""The diagnostics stage: measure each encoder, and bring the diagnostics of all together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xlalign.config.faults import Fault
from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
from xlalign.modeling.reference import parse
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages
from xlalign.stages.checks import data_faults, file_fault, model_faults
from xlalign.stages.grid import models_of

if TYPE_CHECKING:
    from pathlib import Path

    from xlalign.evaluation.diagnostics.record import Diagnostics

RESULT = "diagnostics.json"
DIAGNOSE = Kind("diagnose", 2, f"{__name__}:ONE_ENCODER")
DIAGNOSTICS = Kind("diagnostics", 2, __name__, shown=(RESULT,))


def nodes(name: str, settings: DiagnosticsSettings, stages: Stages) -> list[Node]:
    """One node for each model, and one that brings them together."""
    trained = model_stages(stages)
    models = models_of(name, settings.models, stages)
    # The list of models is not in the settings of one: another model makes none of the others again.
    one = settings.model_copy(update={"models": ()})
    built = [
        Node(f"{name}.{model}", DIAGNOSE, one, group=name).reading("model", parse(model, trained)) for model in models
    ]
    together = settings.model_copy(update={"models": models})
    return [*built, Node(name, DIAGNOSTICS, together, {model: f"{name}.{model}" for model in models})]


def faults(stage: Checked) -> Iterator[Fault]:
    """Models, data and gold links."""
    settings: DiagnosticsSettings = stage.settings
    for model in settings.models:
        yield from model_faults(stage.at("models"), model, stage.stages)
    yield from data_faults(stage, {"": settings.data})
    for entry in settings.gold:
        for path in entry.partition("=")[2].split(","):
            yield from file_fault(stage.at("gold"), path, "gold standard", "write `en-fr=TEXT,LINKS`")


SECTION = Section("diagnostics", DiagnosticsSettings, nodes, faults=faults)


def pins(settings: DiagnosticsSettings) -> dict[str, str]:
    """Everything comes from the encoders' own stages."""
    return {}


def run(job: Job) -> None:
    """Write diagnostics.json: model -> diagnostics."""
    found = {model: read(job.inputs[model]).model_dump(mode="json") for model in job.settings.models}
    (job.space.out / RESULT).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


class DiagnoseStage:
    """The diagnostics of one encoder."""

    def pins(self, settings: DiagnosticsSettings) -> dict[str, str]:
        """The identity of the sentence pairs."""
        from xlalign.evaluation.diagnostics import samples

        return samples.pins(settings)

    def run(self, job: Job) -> None:
        """Measure the encoder."""
        from xlalign.evaluation.diagnostics.run import diagnose
        from xlalign.evaluation.diagnostics.samples import samples

        options: DiagnosticsSettings = job.settings
        found = diagnose(str(job.model("model")), samples(options), options.max_length, options.device)
        (job.space.out / RESULT).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


ONE_ENCODER = DiagnoseStage()


def read(data: Path) -> Diagnostics:
    """The diagnostics from an artifact's data folder."""
    from xlalign.evaluation.diagnostics.record import Diagnostics

    return Diagnostics.model_validate_json((data / RESULT).read_bytes())
