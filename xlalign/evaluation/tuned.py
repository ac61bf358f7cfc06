"""A fine-tuned model as files: the trained weights, and how they came about."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from xlalign.evaluation.cell_settings import Regime, Tuning
from xlalign.evaluation.data.parts import digest
from xlalign.evaluation.data.training import TrainingData
from xlalign.evaluation.regime import best_trial

RECORD = "tuned.json"


class Tuned(BaseModel):
    """What a fine-tuning came to.

    Attributes:
        dev: the score on English dev by which the checkpoint (and the regime) was chosen.
        regime: the regime.
        tuning: seed and steps asked for: what makes a trial the full run of its seed.
        setup: what was chosen and on what: regime, steps, digests of the data, trial scores.
    """

    dev: float
    regime: Regime
    tuning: tuple[int, int]
    setup: dict[str, Any]


def read(folder: Path) -> Tuned:
    """The record in the folder of a fine-tuned model."""
    return Tuned.model_validate_json((folder / RECORD).read_bytes())


def tune(
    tuning: Tuning, model: str | Path, work: Path, out: Path, *, trials: Sequence[Path] = (), stored: Path | None = None
) -> Tuned:
    """Fine-tune on English and write the model and its record; a trial that already is this run is taken over.

    Args:
        tuning: data, options, seed; without a regime the best of its grid on English dev is taken.
        model: folder or hub id of the model.
        work: folder for checkpoints; what a stopped run left there is used.
        out: where the result is written.
        trials: results of the same model with each regime of the grid; without them the trials are run here.
        stored: folder with stored examples.
    """
    if tuning.regime is None and not trials and len(tuning.options.regimes) > 1:
        trials = [_trial(tuning, regime, model, work, stored) for regime in tuning.options.regimes]
    found = [read(trial) for trial in trials]
    best = best_trial([(trial.regime, trial.dev) for trial in found]) if found else None
    scores = {trial.setup["regime"]: trial.dev for trial in found}
    if best is not None and found[best].tuning == (tuning.seed, tuning.steps):
        shutil.copytree(trials[best], out, dirs_exist_ok=True)
        return _record(found[best], scores, out)
    regime = tuning.regime or (found[best].regime if best is not None else tuning.options.regimes[0])
    return _record(_train(tuning, regime, model, work, out, stored), scores, out)


def _trial(tuning: Tuning, regime: Regime, model: str | Path, work: Path, stored: Path | None) -> Path:
    """One trial of the grid, in a folder of its own; a finished one is not repeated."""
    options = tuning.options
    one = tuning.model_copy(
        update={"regime": regime, "seed": options.regime_seed, "steps": options.regime_steps},
    )
    out = work / "trials" / regime.label
    if not (out / RECORD).is_file():
        tune(one, model, work / one.label, out, stored=stored)
    return out


def _train(tuning: Tuning, regime: Regime, model: str | Path, work: Path, out: Path, stored: Path | None) -> Tuned:
    from xlalign.evaluation.finetune import FineTuner

    english = TrainingData(tuning, stored).english()
    tuner = FineTuner(model, tuning.trained_task(), tuning, regime)
    trained = tuner.train(english, work / regime.label)
    tuner.save(out)
    setup = {
        "regime": regime.label,
        "steps": trained.steps,
        "best_step": trained.best_step,
        "train": digest(english.train),
        "train_examples": len(english.train),
        "dev": digest(english.dev),
        "dev_held_out": english.held_out,
    }
    return Tuned(dev=trained.scores["dev"], regime=regime, tuning=(tuning.seed, tuning.steps), setup=setup)


def _record(tuned: Tuned, trials: dict[str, float], out: Path) -> Tuned:
    """Write the record; last, so that a folder with a record is complete."""
    tuned = tuned.model_copy(update={"setup": {**tuned.setup, "trials": trials}})
    out.mkdir(parents=True, exist_ok=True)
    (out / RECORD).write_text(tuned.model_dump_json() + "\n", encoding="utf-8")
    return tuned
