"""The pretrain stage: an encoder, bitext (and links) in; an aligned encoder out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlalign.config import operational
from xlalign.config.faults import Fault
from xlalign.errors import UserError
from xlalign.modeling.families import FAMILIES
from xlalign.modeling.inspection import configuration
from xlalign.modeling.reference import Outside, Reference, Scratch, Stage, origin, parse
from xlalign.objectives.requests import Teacher
from xlalign.stages import tokens
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages, stage_named
from xlalign.stages.checks import depth, lacks_head, model_faults
from xlalign.training.settings import PretrainSettings, tokens_of

PRETRAIN = Kind(
    "pretrain", 2, __name__, volatile=("metrics.jsonl", "README.md", "trackers/*"), shown=("metrics.jsonl",)
)

TOKENS = "tokens-"
"""Begins the roles of tokens artifacts among the inputs."""


class PretrainStage(PretrainSettings):
    """A `[pretrain.NAME]` table."""

    start: str = operational(
        "scratch:nano", "scratch:SIZE, a pretrain stage, a model directory or a hub id", alias="from"
    )
    bitext: str = operational("prepare", "name of the prepare stage to train on")
    alignments: str = operational("align-words", "name of the align-words stage whose links and lexicon are used")


def nodes(name: str, settings: PretrainStage, stages: Stages) -> list[Node]:
    """The stage and the tokens that it trains on; what its recipe needs has to be there, and the layers that it reads
    in its encoder.
    """
    recipe = settings.recipe
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
    if layers := depth(start, stages):
        recipe.refuse_missing_layers(layers)
    made = tokens.nodes(tokens_of(recipe), start, inputs, stages)
    inputs |= {f"{TOKENS}{role}": node.name for role, node in made.items()}
    return [*made.values(), Node(name, PRETRAIN, settings, inputs).reading("model", start)]


def faults(stage: Checked) -> Iterator[Fault]:
    """The model to start from, and whether it can do what the preset asks."""
    settings: PretrainStage = stage.settings
    yield from model_faults(stage.at("from"), settings.start, stage.stages)
    for teacher in _teachers(settings):
        yield from model_faults(stage.at("teacher"), teacher, {})
    start = parse(settings.start, model_stages(stage.stages))
    predicting = settings.predicting if settings.head == "saved" else []
    before: Any = stage.stages["pretrain"].get(start.name) if isinstance(start, Stage) else None
    # A chain ppa <- base <- folder without a head is one mistake, told at the stage that reads the folder.
    told = before is not None and bool(before.predicting)  # there, for the same model
    if predicting and not told and lacks_head(start, stage.stages):
        message = (
            f"preset `{settings.preset}` predicts tokens ({', '.join(predicting)}), and `{settings.start}` has no head"
        )
        hint = 'set head = "new" to train one, give a model saved with its head (ForMaskedLM), or choose another preset'
        if len(predicting) < len(settings.recipe.objectives):
            without = ", ".join(f"{name}.weight = 0" for name in predicting)
            hint = (
                f'set head = "new" to train one, {without} to leave the loss out, or give a model saved with its head'
            )
        yield Fault(stage.at("from"), message, hint)
    yield from _direction_faults(stage, origin(start, model_stages(stage.stages)))


def _direction_faults(stage: Checked, first: Reference) -> Iterator[Fault]:
    """The next token is predicted by a decoder, which does not see it."""
    settings: PretrainStage = stage.settings
    following = ", ".join(settings.predicting_of("next"))
    kind = "scratch" if isinstance(first, Scratch) else str(configuration(first).get("model_type", ""))
    encoder = kind == "scratch" or (kind in FAMILIES and FAMILIES.get(kind).predicts != "next")
    if following and encoder:
        message = f"preset `{settings.preset}` predicts the next token ({following}), which a `{kind}` encoder sees"
        yield Fault(stage.at("from"), message, "start from a decoder, such as Qwen 3, or choose another preset")
    elif following and settings.attention == "bidirectional":
        message = f"preset `{settings.preset}` predicts the next token ({following}), which a bidirectional model sees"
        yield Fault(stage.at("attention"), message, 'set attention = "own"')


SECTION = Section("pretrain", PretrainStage, nodes, single=False, faults=faults)


def pins(settings: PretrainStage) -> dict[str, str]:
    """Teachers; all else comes from other stages and the model."""
    return {f"teacher-{number}": _outside(teacher).identity() for number, teacher in enumerate(_teachers(settings))}


def _outside(name: str) -> Outside:
    model = parse(name)
    assert not isinstance(model, Stage)  # no stage is known here
    return model


def _teachers(settings: PretrainSettings) -> list[str]:
    """Folders and hub ids of the encoders that objectives ask as teachers."""
    asked = (request for request in settings.recipe.requests() if isinstance(request, Teacher))
    return sorted({request.source for request in asked} - {"init"})


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
        tokens={role.removeprefix(TOKENS): path for role, path in job.inputs.items() if role.startswith(TOKENS)},
    )
