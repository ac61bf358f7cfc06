"""The prepare stage: sources in, a clean bitext artifact out, kept apart from what the pipeline evaluates on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from xlalign.artifacts.digest import digest_path
from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings, late, operational
from xlalign.config.faults import Fault
from xlalign.evaluation.data.source import stored_texts
from xlalign.evaluation.options import Pooling
from xlalign.modeling.reference import parse
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages, stage_named
from xlalign.stages.checks import file_fault, model_faults
from xlalign.stages.grid import PUBLISHED, held_out_name

if TYPE_CHECKING:
    from xlalign.alignment.settings import AlignSettings
    from xlalign.evaluation.settings import EvalSettings
    from xlalign.stages.models import StageModels

PREPARE = Kind("prepare", 3, __name__, volatile=("report.json",), shown=("report.json",))

TASK = "task "
"""Roles of the data of evaluation tasks among a prepare stage's inputs: `task xnli`."""

LINKS_ENCODER = "encoder of links"
"""Role of the encoder that the model of the filter `links` was trained with."""


class PrepareStage(PrepareSettings):
    """A `[prepare]` table."""

    keep_out_evaluation: bool = operational(
        True, "remove what the tasks of [eval] and the gold links of [align-words] hold, beside `decontaminate`"
    )
    gold: tuple[str, ...] = late((), "gold links whose text is kept out, as in [align-words]")
    encoder: str = operational("", "pretrain stage, model folder or hub id for `mine` and the filter `embedding`")
    layer: int | Literal["own"] = late(
        "own",
        "hidden state that sentence vectors are taken from: 0 embeddings, -1 last; own = what a sentence encoder says "
        "of itself, the last of others",
    )
    pooling: Pooling | Literal["own"] = late(
        "own",
        "how token vectors become one: mean, content (without special tokens), cls or last; own = what a sentence "
        "encoder says of itself, mean for others",
    )
    prompt: str | None = late(
        None, 'put before every sentence that is embedded, as in "query: "; none = the encoder\'s own, if any'
    )
    links: str = operational(
        "", "align-words stage whose model the filter `links` uses; its bitext is another prepare stage's"
    )


def nodes(name: str, settings: PrepareStage, stages: Stages) -> list[Node]:
    """One node, which reads the data of every task that it keeps out, and the models of its filters."""
    inputs: dict[str, str] = {}
    models = {"encoder": settings.encoder}
    if settings.keep_out_evaluation:
        inputs = _task_data(stages)
        # What [align-words] is measured by is in the key of the bitext too, for its text is kept out of it.
        gold = tuple(dict.fromkeys([*settings.gold, *_gold_specs(stages)]))
        settings = settings.model_copy(update={"gold": gold})
    if settings.links:
        inputs["links"] = stage_named(settings.links, "align-words", f"{name}.links", stages)
        models[LINKS_ENCODER] = _links_encoder(stages["align-words"][inputs["links"]])
    node = Node(name, PREPARE, settings, inputs)
    for role, model in models.items():
        node = node.reading(role, parse(model, model_stages(stages))) if model else node
    return [node]


def _links_encoder(aligning: Settings) -> str:
    """The encoder that a trained aligner of an align-words stage needs to align new text; empty: none."""
    settings = cast("AlignSettings", aligning)
    return settings.encoder if {"encoder", "models"} <= settings.aligner.takes else ""


def _task_data(stages: Stages) -> dict[str, str]:
    """The nodes with all real test data of every task, by role."""
    return {
        f"{TASK}{cell.task}": held_out_name(evaluation, cell)
        for evaluation, settings in stages.get("eval", {}).items()
        for cell in cast("EvalSettings", settings).cells()
        if cell.test.data.startswith(PUBLISHED)
    }


def _gold_specs(stages: Stages) -> list[str]:
    return [spec for own in stages.get("align-words", {}).values() for spec in cast("AlignSettings", own).gold]


def faults(stage: Checked) -> Iterator[Fault]:
    """Names and options of transforms, filters and sources, files, and models; remote sources are not asked."""
    from xlalign.bitext.check import table_faults

    settings: PrepareStage = stage.settings
    yield from table_faults(settings, stage.place, stage.lost)
    if settings.encoder:
        yield from model_faults(stage.at("encoder"), settings.encoder, stage.stages)
    for spec in settings.gold:
        for path in spec.partition("=")[2].split(","):
            yield from file_fault(stage.at("gold"), path, "gold standard", "write `en-de=TEXT,LINKS`")


SECTION = Section("prepare", PrepareStage, nodes, faults=faults)


def pins(settings: PrepareStage) -> dict[str, str]:
    """Content digests of every local file that the sources read."""
    from xlalign.bitext.prepare import inputs

    gold = [Path(part) for spec in settings.gold for part in spec.partition("=")[2].split(",")]
    files = inputs(settings) | {f"gold {number}:{path.name}": path for number, path in enumerate(gold, 1)}
    # Before there was "own", it meant the mean of the last layer for sentence encoders, too.
    own = {"sentences": "own"} if settings.encoder and "own" in (settings.layer, settings.pooling) else {}
    return {**own, **{name: digest_path(path) for name, path in files.items()}}


def run(job: Job) -> None:
    """Read, clean, deduplicate, split."""
    from xlalign.bitext.prepare import prepare

    report = prepare(job.settings, job.space.out, dict(_held_out(job)), job.engine, _models(job))
    job.space.info |= {"read": report.read, "kept": report.kept, "dropped": report.dropped}
    job.space.info["licences"] = report.licences


def _models(job: Job) -> StageModels | None:
    settings: PrepareStage = job.settings
    if not settings.encoder and not settings.links:
        return None
    from xlalign.stages.models import StageModels

    where = settings.layer, settings.pooling, settings.prompt
    encoder, of_links = (str(job.model(role) or "") for role in ("encoder", LINKS_ENCODER))
    return StageModels(encoder, *where, job.inputs.get("links"), of_links)


def _held_out(job: Job) -> Iterator[tuple[str, Iterator[str]]]:
    """The sentences of every task of the pipeline, and of its gold word links, by the name of the set."""
    for role, data in sorted(job.inputs.items()):
        if role.startswith(TASK):
            yield role.removeprefix(TASK), stored_texts(data)
    for spec in job.settings.gold:
        yield f"gold links {spec.partition('=')[0]}", _gold_texts(spec)


def _gold_texts(spec: str) -> Iterator[str]:
    from xlalign.alignment.gold import read_spec

    for pair in read_spec(spec)[1].pairs:
        yield from map(" ".join, pair)
