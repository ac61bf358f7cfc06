"""The pretrain stage: an encoder, bitext (and links) in; an aligned encoder out."""

from __future__ import annotations

import json
from typing import cast

from xlalign.config import operational
from xlalign.errors import UserError
from xlalign.modeling import scratch
from xlalign.modeling.reference import Folder, Reference, Scratch, Stage, parse
from xlalign.objectives.depth import refuse_missing_layers
from xlalign.stages.base import Job, Kind, Node, Section, Stages, model_stages, stage_named
from xlalign.training.settings import PretrainSettings

PRETRAIN = Kind("pretrain", 2, __name__, volatile=("metrics.jsonl", "README.md", "trackers/*"))


class PretrainStage(PretrainSettings):
    """A `[pretrain.NAME]` table."""

    start: str = operational(
        "scratch:nano", "scratch:SIZE, a pretrain or vocabulary stage, a model directory or a hub id", alias="from"
    )
    bitext: str = operational("prepare", "name of the prepare stage to train on")
    alignments: str = operational("align-words", "name of the align-words stage whose links and lexicon are used")


def nodes(name: str, settings: PretrainStage, stages: Stages) -> list[Node]:
    """One node; what its recipe needs has to be there, and the layers that it reads in its encoder."""
    recipe = settings.recipe()
    inputs = {"bitext": stage_named(settings.bitext, "prepare", f"pretrain.{name}.bitext", stages)}
    if lacking := sorted(recipe.needs() & {"links", "dictionary"}):
        if not stages.get("align-words"):
            raise UserError(
                f"`{name}`: preset `{settings.preset}` needs {' and '.join(lacking)}, "
                "and the file has no [align-words] stage",
                'add a table [align-words] with aligner = "hmm", or choose a preset without (`xlalign list presets`)',
            )
        inputs["alignments"] = stage_named(settings.alignments, "align-words", f"pretrain.{name}.alignments", stages)
    start = parse(settings.start, model_stages(stages))
    if depth := _depth(start, stages):
        refuse_missing_layers(recipe, depth)
    return [Node(name, PRETRAIN, settings, inputs).reading("model", start)]


def _depth(start: Reference, stages: Stages) -> int:
    """Layers of the encoder that a `from` leads to; 0 where only the hub knows."""
    made, seen = model_stages(stages), set[str]()
    while isinstance(start, Stage) and start.name not in seen:
        seen.add(start.name)
        start = parse(cast("PretrainStage", made[start.name]).start, made)
    if isinstance(start, Scratch):
        return scratch.size(start.size).layers
    config = start.path / "config.json" if isinstance(start, Folder) else None
    if config is None or not config.is_file():
        return 0
    return int(json.loads(config.read_text(encoding="utf-8")).get("num_hidden_layers", 0))


SECTION = Section("pretrain", PretrainStage, nodes, single=False)


def pins(settings: PretrainStage) -> dict[str, str]:
    """Everything comes from other stages and the model."""
    return {}


def run(job: Job) -> None:
    """Train (or finish training) and write the model folder."""
    from xlalign.training.launch import launch

    job.space.info["training"] = launch(
        job.settings,
        bitext=job.inputs["bitext"],
        alignments=job.inputs.get("alignments"),
        start=job.inputs.get("model"),
        work=job.space.scratch,
        out=job.space.out,
    )
