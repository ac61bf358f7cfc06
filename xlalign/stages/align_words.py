"""The align-words stage: bitext in, word links and a lexicon out."""

from __future__ import annotations

from pathlib import Path

from xlalign.alignment import named
from xlalign.alignment.settings import AlignSettings
from xlalign.artifacts.digest import digest_file
from xlalign.errors import DataError
from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model


def pins(settings: AlignSettings) -> dict[str, str]:
    """What the encoder is, for the aligners that use one, and the digests of the files that the settings name."""
    given = (*settings.gold, *settings.models, *settings.priors, *settings.dictionaries)
    files = [path for entry in given for path in named.parse(entry).paths]
    digests = {str(path): _digest(path) for path in files}
    return {**(pin_model(settings.encoder) if settings.encoder else {}), **digests}


def _digest(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"no file `{path}`, which [align-words] names", "see the guide on word alignment")
    return digest_file(path)


def run(job: Job) -> None:
    """Align every language pair and score it where there is gold."""
    from xlalign.alignment.corpus import align_corpus

    encoder = job.inputs.get("encoder")
    scores = align_corpus(job.inputs["bitext"], job.settings, job.space.out, encoder, job.space.scratch, job.engine)
    job.space.info["aer"] = {name: round(score["aer"], 4) for name, score in scores.items()}
