"""One fine-tuning of an evaluation: the model that one or several cells test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlalign.artifacts.digest import digest_file
from xlalign.errors import DataError
from xlalign.stages.base import Job
from xlalign.stages.pretrain import pin_model

if TYPE_CHECKING:
    from xlalign.stages.grid import TunedModel


def pins(settings: TunedModel) -> dict[str, str]:
    """The identity of a model from outside the cache, and the digests of lexicons for code-switching."""
    lexicons = settings.tuning.data.mixing.lexicons if settings.tuning.data.mixing else {}
    return {**pin_model(settings.model), **{f"lexicon.{lang}": _digest(path) for lang, path in lexicons.items()}}


def _digest(path: str) -> str:
    if not Path(path).is_file():
        raise DataError(f"no lexicon {path}", "wanted a TSV file with an English word and its translation a line")
    return digest_file(Path(path))


def run(job: Job) -> None:
    """Fine-tune on English, or take over the trial that already did."""
    from xlalign.evaluation.tuned import tune

    settings: TunedModel = job.settings
    trials = [path for role, path in sorted(job.inputs.items()) if role.startswith("trial")]
    model = job.inputs.get("model", settings.model)
    data, space = job.inputs["data"], job.space
    tuned = tune(settings.tuning, model, space.scratch, space.out, trials=trials, stored=data)
    space.info["dev"] = round(tuned.dev, 4)
    space.info["regime"] = tuned.regime.label
