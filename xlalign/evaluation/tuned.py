"""A fine-tuned model as files: the trained weights, and how they came about."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from xlalign.evaluation.cell import Tuning
from xlalign.evaluation.data.sets import TrainingData
from xlalign.evaluation.data.source import examples_digest
from xlalign.evaluation.options import Regime

RECORD = "tuned.json"


class TunedRecord(BaseModel):
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


def read(folder: Path) -> TunedRecord:
    """The record in the folder of a fine-tuned model."""
    return TunedRecord.model_validate_json((folder / RECORD).read_bytes())


def tune(
    tuning: Tuning, model: str | Path, work: Path, out: Path, *, trials: Sequence[Path] = (), stored: Path | None = None
) -> TunedRecord:
    """Fine-tune on English and write the model and its record; a trial that already is this run is taken over.

    Args:
        tuning: data, options, seed; without a regime the best of its grid on English dev is taken.
        model: folder or hub id of the model.
        work: folder for checkpoints; what a stopped run left there is used.
        out: where the result is written.
        trials: results of the same model with each regime of the grid; without them the trials are run here.
        stored: folder with stored examples.
    """
    trials = trials or [_trial(trial, model, work, stored) for trial in tuning.trials()]
    found = [read(trial) for trial in trials]
    best = best_trial([(trial.regime, trial.dev) for trial in found]) if found else None
    scores = {trial.setup["regime"]: trial.dev for trial in found}
    # Where the trial of the chosen regime was a full run of this very seed, training it again would give the same
    # weights.
    if best is not None and found[best].tuning == (tuning.seed, tuning.steps):
        shutil.copytree(trials[best], out, dirs_exist_ok=True)
        return _record(found[best], scores, out)
    regime = tuning.regime or (found[best].regime if best is not None else tuning.options.regimes[0])
    return _record(_train(tuning, regime, model, work, out, stored), scores, out)


def best_trial(trials: Sequence[tuple[Regime, float]]) -> int:
    """Number of the trial with the best English dev score: one rule for every model.

    Of equals the one that freezes fewest layers wins, then the earliest. Test data play no part.

    Args:
        trials: regimes and their scores on English dev.
    """
    # Python compares tuples from the left: dev score, then fewer frozen layers, then the earlier one.
    return max(range(len(trials)), key=lambda i: (trials[i][1], -trials[i][0].frozen_layers, -i))


def _trial(trial: Tuning, model: str | Path, work: Path, stored: Path | None) -> Path:
    """One trial of the grid, in a folder of its own; a finished one is not repeated."""
    out = work / "trials" / trial.options.regimes[0].label
    if not (out / RECORD).is_file():
        tune(trial, model, work / trial.label, out, stored=stored)
    return out


def _train(
    tuning: Tuning, regime: Regime, model: str | Path, work: Path, out: Path, stored: Path | None
) -> TunedRecord:
    from xlalign.evaluation.finetune import FineTuner

    data = TrainingData(tuning.data, stored)
    english = data.english()
    tuner = FineTuner(model, data.task, tuning, regime)
    trained = tuner.train(english, work / regime.label)
    tuner.save(out)
    setup = {
        "regime": regime.label,
        "steps": trained.steps,
        "best_step": trained.best_step,
        "train": examples_digest(data.task, english.train),
        "train_examples": len(english.train),
        "dev": examples_digest(data.task, english.dev),
        "dev_held_out": english.held_out,
    }
    return TunedRecord(dev=trained.scores["dev"], regime=regime, tuning=(tuning.seed, tuning.steps), setup=setup)


def _record(tuned: TunedRecord, trials: dict[str, float], out: Path) -> TunedRecord:
    """Write the record; last, so that a folder with a record is complete."""
    tuned = tuned.model_copy(update={"setup": {**tuned.setup, "trials": trials}})
    out.mkdir(parents=True, exist_ok=True)
    (out / RECORD).write_text(tuned.model_dump_json() + "\n", encoding="utf-8")
    return tuned
