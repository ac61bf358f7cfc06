"""The align-words stage: bitext in, word links and a lexicon out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from xlalign.stages.wiring import AlignStage


def pins(settings: AlignStage) -> dict[str, str]:
    """What the encoder is, for the aligners that use one."""
    return pin_model(settings.encoder) if settings.encoder else {}


def run(job: Job) -> None:
    """Align every language pair and score it where there is gold."""
    from xlalign.alignment.corpus import align_corpus

    job.space.info["scores"] = align_corpus(
        job.inputs["bitext"], job.settings, job.space.out, encoder=job.inputs.get("encoder"), scratch=job.space.scratch
    )
