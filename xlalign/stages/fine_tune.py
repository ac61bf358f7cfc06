"""One fine-tuning of an evaluation: the model that one or several cells test."""

from __future__ import annotations

from pathlib import Path

from xlalign.artifacts.digest import digest_file
from xlalign.errors import DataError
from xlalign.evaluation.cell import Tuning
from xlalign.stages.base import Job


def pins(settings: Tuning) -> dict[str, str]:
    """The digests of lexicons for code-switching."""
    lexicons = settings.data.mixing.lexicons if settings.data.mixing else {}
    return {f"lexicon.{lang}": _digest(path) for lang, path in lexicons.items()}


def _digest(path: str) -> str:
    if not Path(path).is_file():
        raise DataError(f"no lexicon {path}", "wanted a TSV file with an English word and its translation a line")
    return digest_file(Path(path))


def run(job: Job) -> None:
    """Fine-tune on English, or take over the trial that already did."""
    from xlalign.evaluation.tuned import tune

    trials = [path for role, path in sorted(job.inputs.items()) if role.startswith("trial")]
    data, space = job.inputs["data"], job.space
    tuned = tune(job.settings, str(job.model("model")), space.scratch, space.out, trials=trials, stored=data)
    space.info["dev"] = round(tuned.dev, 4)
    space.info["regime"] = tuned.regime.label
