"""The align-words stage: bitext in, word links and a lexicon out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from xlalign.alignment.encoder.settings import NO_ENCODER
from xlalign.alignment.settings import AlignSettings, parse_files
from xlalign.artifacts.digest import digest_file
from xlalign.bitext import languages
from xlalign.config import operational
from xlalign.config.faults import Fault
from xlalign.errors import DataError
from xlalign.modeling.reference import parse
from xlalign.stages.base import Checked, Job, Kind, Node, Section, Stages, model_stages, stage_named
from xlalign.stages.checks import depth, device_faults, file_fault, model_faults

ALIGN = Kind("align-words", 5, __name__, volatile=("report.json",), shown=("report.json", "scores.json", "gold/*"))


class AlignStage(AlignSettings):
    """An `[align-words]` table."""

    bitext: str = operational("prepare", "name of the prepare stage to align")
    encoder: str = operational("", "pretrain stage, model folder or hub id for an encoder aligner")


def nodes(name: str, settings: AlignStage, stages: Stages) -> list[Node]:
    """One node."""
    bitext = stage_named(settings.bitext, "prepare", f"align-words.{name}.bitext", stages)
    node = Node(name, ALIGN, settings, {"bitext": bitext})
    return [node.reading("encoder", parse(settings.encoder, model_stages(stages))) if settings.encoder else node]


def faults(stage: Checked) -> Iterator[Fault]:
    """The encoder and its layers, and the files that the table names."""
    settings: AlignStage = stage.settings
    yield from device_faults(replace(stage, settings=settings.aligner))
    if settings.encoder:
        yield from model_faults(stage.at("encoder"), settings.encoder, stage.stages)
        yield from _layer_faults(stage)
    elif "encoder" in settings.aligner.takes and not settings.models and not stage.lost & {"encoder", "aligner"}:
        yield Fault(stage.at("encoder"), f"is missing, and aligner `{settings.aligner.kind}` needs one", NO_ENCODER)
    yield from _word_faults(stage)
    for field in ("gold", "models", "priors", "dictionaries"):
        for entry in getattr(settings, field):
            for path in entry.partition("=")[2].split(","):
                yield from file_fault(stage.at(field), path, "file", "write `en-de=FILE`")


def _word_faults(stage: Checked) -> Iterator[Fault]:
    """Languages without spaces, and nothing here that finds their words."""
    known = {"bitext", "words"}.isdisjoint(stage.lost)
    bitext = stage.stages.get("prepare", {}).get(stage.settings.bitext) if known else None
    joined = [lang for lang in getattr(bitext, "languages", ()) if not languages.get(lang).spaced]
    if joined and stage.settings.words == "icu" and not find_spec("icu4py"):
        message = f"is icu, which finds the words of {', '.join(joined)}, and it is not installed"
        yield Fault(stage.at("words"), message, 'pip install "xlalign[icu]", or set words = "segment" (characters)')


def _layer_faults(stage: Checked) -> Iterator[Fault]:
    """A layer that the encoder does not have."""
    known = not stage.lost & {"layer", "aligner"}
    layer = getattr(stage.settings.aligner, "layer", None) if known else None
    layers = depth(parse(stage.settings.encoder, model_stages(stage.stages)), stage.stages)
    if isinstance(layer, int) and layers and not -layers - 1 <= layer <= layers:
        hint = f"set layer = {max(1, round(layer * layers / 12))}, or -1 for the last"
        yield Fault(stage.at("layer"), f"reads layer {layer}, and the encoder has {layers} layers", hint)


SECTION = Section("align-words", AlignStage, nodes, faults=faults)


def pins(settings: AlignSettings) -> dict[str, str]:
    """The digests of the files that the settings name."""
    given = (*settings.gold, *settings.models, *settings.priors, *settings.dictionaries)
    files = [path for entry in given for path in parse_files(entry).paths]
    return {str(path): _digest(path) for path in files}


def _digest(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"no file `{path}`, which [align-words] names", "see the guide on word alignment")
    return digest_file(path)


def run(job: Job) -> None:
    """Align every language pair and score it where there is gold."""
    from xlalign.alignment.artifact import align_bitext

    bitext, encoder = job.inputs["bitext"], job.model("encoder")
    scores = align_bitext(bitext, job.settings, job.space.out, encoder, job.space.scratch, job.engine)
    job.space.info["aer"] = {name: round(score["aer"], 4) for name, score in scores.items()}
