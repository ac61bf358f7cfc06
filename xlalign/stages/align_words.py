"""The align-words stage: bitext in, word links and a lexicon out."""

from __future__ import annotations

from pathlib import Path

from xlalign.alignment import ALIGNERS, named
from xlalign.alignment.settings import AlignSettings
from xlalign.artifacts.digest import digest_file
from xlalign.config import operational
from xlalign.errors import DataError, unknown_name
from xlalign.modeling.reference import parse
from xlalign.stages.base import Job, Kind, Node, Section, Stages, model_stages, stage_named

ALIGN = Kind("align-words", 3, __name__)


class AlignStage(AlignSettings):
    """An `[align-words]` table."""

    bitext: str = operational("prepare", "name of the prepare stage to align")
    encoder: str = operational("", "pretrain stage, model folder or hub id for an encoder aligner")


def nodes(name: str, settings: AlignStage, stages: Stages) -> list[Node]:
    """One node."""
    if settings.aligner not in ALIGNERS:
        raise unknown_name("aligner", settings.aligner, ALIGNERS)
    bitext = stage_named(settings.bitext, "prepare", f"align-words.{name}.bitext", stages)
    node = Node(name, ALIGN, settings, {"bitext": bitext})
    return [node.reading("encoder", parse(settings.encoder, model_stages(stages))) if settings.encoder else node]


SECTION = Section("align-words", AlignStage, nodes)


def pins(settings: AlignSettings) -> dict[str, str]:
    """The digests of the files that the settings name."""
    given = (*settings.gold, *settings.models, *settings.priors, *settings.dictionaries)
    files = [path for entry in given for path in named.parse(entry).paths]
    return {str(path): _digest(path) for path in files}


def _digest(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"no file `{path}`, which [align-words] names", "see the guide on word alignment")
    return digest_file(path)


def run(job: Job) -> None:
    """Align every language pair and score it where there is gold."""
    from xlalign.alignment.corpus import align_corpus

    bitext, encoder = job.inputs["bitext"], job.model("encoder")
    scores = align_corpus(bitext, job.settings, job.space.out, encoder, job.space.scratch, job.engine)
    job.space.info["aer"] = {name: round(score["aer"], 4) for name, score in scores.items()}
