"""The prepare stage: sources in, a clean bitext artifact out, kept apart from what the pipeline evaluates on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlalign.artifacts.digest import digest_path
from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from xlalign.stages.models import StageModels
    from xlalign.stages.wiring import PrepareStage

TASK = "task "
"""Roles of the data of evaluation tasks among a prepare stage's inputs: `task xnli`."""

TEXT_FIELDS = ("first", "second", "context", "question", "words", "source", "target")
"""Fields of an evaluation example that hold text; `words` are one sentence, `source` and `target` may be many."""


def pins(settings: PrepareStage) -> dict[str, str]:
    """Content digests of every local file that the sources read, and what the encoder is."""
    from xlalign.bitext.prepare import inputs

    files = [*inputs(settings), *(Path(part) for spec in settings.gold for part in spec.partition("=")[2].split(","))]
    return {str(path): digest_path(path) for path in files} | (pin_model(settings.encoder) if settings.encoder else {})


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

    encoder = str(job.inputs.get("encoder", settings.encoder))
    return StageModels(encoder, settings.layer, settings.pooling, job.inputs.get("links"))


def _held_out(job: Job) -> Iterator[tuple[str, Iterator[str]]]:
    """The sentences of every task of the pipeline, and of its gold word links, by the name of the set."""
    for role, data in sorted(job.inputs.items()):
        if role.startswith(TASK):
            yield role.removeprefix(TASK), _task_texts(data)
    for spec in job.settings.gold:
        yield f"gold links {spec.partition('=')[0]}", _gold_texts(spec)


def _task_texts(data: Path) -> Iterator[str]:
    """The texts of stored task data but those of training splits: files TASK.SPLIT.LANGUAGE.jsonl."""
    from xlalign.bitext.readers.lines import lines

    for path in sorted(data.glob("*.jsonl")):
        if path.name.split(".")[-3] != "train":
            for line in lines(path):
                yield from _example_texts(json.loads(line))


def _example_texts(example: Mapping[str, Any]) -> Iterator[str]:
    for name in TEXT_FIELDS:
        value = example.get(name, "")
        if name == "words":
            yield " ".join(value)
        elif isinstance(value, str):
            yield value
        else:  # the sentences of a mining task, each with its id
            yield from (text for _, text in value)


def _gold_texts(spec: str) -> Iterator[str]:
    from xlalign.alignment.gold import read_spec

    for pair in read_spec(spec)[1].pairs:
        yield from map(" ".join, pair)
