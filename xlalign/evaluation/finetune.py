"""Fine-tune an encoder on English and answer in any language, with the project's one training loop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from xlalign.evaluation.batches import Batch, ShuffledBatches
from xlalign.evaluation.data.splits import ENGLISH, CellData, English, digest
from xlalign.evaluation.encoding import Encoded, pack, token_batches
from xlalign.evaluation.gold import gold_answers
from xlalign.evaluation.kinds import KINDS
from xlalign.evaluation.kinds.base import TunedKind
from xlalign.evaluation.model import TaskModel, build, load
from xlalign.evaluation.regime import best_trial
from xlalign.evaluation.settings import CellSettings, FineTuning, Regime
from xlalign.evaluation.tasks.base import Example, Task
from xlalign.modeling.packing import CHUNK
from xlalign.objectives.base import LossOutput
from xlalign.training.devices import device_name
from xlalign.training.loop import TrainResult, load_weights, train, weights
from xlalign.training.settings import TrainSettings

WEIGHTS = "model.safetensors"


class Program:
    """What the training loop needs of a task model."""

    def __init__(self, model: TaskModel, kind: TunedKind) -> None:
        self._model, self._kind = model, kind

    def modules(self) -> nn.Module:
        """Encoder and output layer."""
        return self._model

    def loss(self, batch: Batch) -> LossOutput:
        """Mean cross-entropy over the logical batch."""
        loss, count = self._kind.loss(self._model(batch.packed), batch.labels)
        return LossOutput(loss, count)

    def after_step(self, step: int) -> None:
        """Nothing to update."""


class FineTuner:
    """A model on a task: trains, keeps the best checkpoint by English dev, answers.

    Args:
        model: model folder or hub id.
        task: a task whose kind is fine-tuned.
        cell: options, chunk rule and device.
        regime: what is frozen, learning rate, pooling.
        seed: seed of the output layer, the order of examples and dropout.
    """

    def __init__(self, model: str | Path, task: Task, cell: CellSettings, regime: Regime, seed: int) -> None:
        self._task, self._cell, self._regime, self._seed = task, cell, regime, seed
        self._kind = KINDS.get(task.kind)
        encoder, self._tokenizer = load(model)
        options = cell.options or FineTuning()
        self._options = options.model_copy(update={"max_length": min(options.max_length, encoder.longest)})
        self.model = build(encoder, self._kind, task, self._options, regime, seed)

    def train(self, english: English, work: Path, steps: int = 0) -> TrainResult:
        """Train on English; the best checkpoint by English dev stays in the model.

        Args:
            english: training and dev data.
            work: folder for checkpoints; a stopped training found there is finished.
            steps: optimizer steps, 0 = as the options say.
        """
        device = device_name(self._cell.device)
        batches = ShuffledBatches(self.encode(english.train), self._options.batch_size, self._seed, device)
        steps = steps or self._options.steps or math.ceil(self._options.epochs * len(batches))
        dev, gold = self.encode(english.dev), gold_answers(self._task, english.dev)

        def evaluate(step: int) -> dict[str, float]:
            answers = self._answers(english.dev, dev)
            return {"dev": self._task.headline(self._task.score(gold, answers, ENGLISH, self._cell.rule))}

        settings = train_settings(self._options, self._regime, self._seed, steps, device)
        program = Program(self.model, self._kind)
        return train(program, batches, settings, work, evaluate=evaluate, select="dev")

    def answers(self, examples: Sequence[Example]) -> Any:
        """Answers in the submission form."""
        return self._answers(examples, self.encode(examples))

    def save(self, folder: Path) -> None:
        """Write encoder and output layer to `folder/model.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in weights(self.model).items()}, folder / WEIGHTS)

    def restore(self, folder: Path) -> None:
        """Take over weights that `save` wrote, in place of training."""
        load_weights(self.model, load_file(folder / WEIGHTS))

    def encode(self, examples: Sequence[Example]) -> Encoded:
        """The examples as rows of token ids."""
        return self._kind.encode(examples, self._tokenizer, self._task, self._options)

    def _answers(self, examples: Sequence[Example], encoded: Encoded) -> Any:
        logits = predict(self.model, self._kind, encoded)
        return self._kind.decode(logits, encoded, examples, self._task)


class FineTuned:
    """A model fine-tuned for a cell, ready to answer.

    Args:
        cell: the cell; without a regime every one of its grid is tried.
        data: the cell's data.
        model: model folder or hub id.
        work: folder for trainings; finished ones are not repeated.
    """

    def __init__(self, cell: CellSettings, data: CellData, model: str | Path, work: Path) -> None:
        self._cell, self._task, self._model, self._work = cell, data.task, model, work
        self._english = data.english()
        self.curve: dict[str, float] = {}
        regime, trials = (cell.regime, {}) if cell.regime else self._choose(cell.options or FineTuning())
        self._tuner, trained = self._trained(regime, cell.seed, cell.steps)
        self.dev: float | None = trained.scores["dev"]
        self.setup: dict[str, Any] = {
            "regime": regime.label,
            "trials": trials,
            "steps": trained.steps,
            "best_step": trained.best_step,
            "train": digest(self._english.train),
            "train_examples": len(self._english.train),
            "dev": digest(self._english.dev),
            "dev_held_out": self._english.held_out,
        }

    def answer(self, examples: list[Example], lang: str) -> tuple[Any, dict[str, float]]:
        """Answers in the submission form."""
        return self._tuner.answers(examples), {}

    def save(self, folder: Path) -> None:
        """Write the fine-tuned weights; `FineTuner.restore` reads them."""
        self._tuner.save(folder)

    def _choose(self, options: FineTuning) -> tuple[Regime, dict[str, float]]:
        """The regime of the grid with the best English dev score, and the scores of all."""
        if len(options.regimes) == 1:
            return options.regimes[0], {}
        trials: list[tuple[Regime, float]] = []
        for regime in options.regimes:
            _, trained = self._trained(regime, options.regime_seed, options.regime_steps)
            trials.append((regime, trained.scores["dev"]))
        return trials[best_trial(trials)][0], {regime.label: score for regime, score in trials}

    def _trained(self, regime: Regime, seed: int, steps: int) -> tuple[FineTuner, TrainResult]:
        tuner = FineTuner(self._model, self._task, self._cell, regime, seed)
        return tuner, tuner.train(self._english, self._work / f"{regime.label},seed={seed},steps={steps}", steps)


def train_settings(options: FineTuning, regime: Regime, seed: int, steps: int, device: str) -> TrainSettings:
    """The loop's settings for one fine-tuning."""
    return TrainSettings(
        steps=steps,
        batch_size=options.batch_size,
        learning_rate=regime.learning_rate,
        warmup=options.warmup,
        weight_decay=options.weight_decay,
        betas=(0.9, 0.999),
        seed=seed,
        evaluate_every=max(1, steps // options.evaluations),
        checkpoint_every=max(1, steps),
        log_every=max(1, min(100, steps // 10)),
        device=device,
    )


@torch.no_grad()
def predict(model: TaskModel, kind: TunedKind, encoded: Encoded) -> list[np.ndarray]:
    """Scores of every row, in the order of the rows."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    found: list[np.ndarray] = [np.empty(0)] * len(encoded)
    for rows in token_batches(encoded.lengths(), CHUNK.get(device.type, CHUNK["cuda"])):
        logits = model(pack(encoded, rows, device.type).to(device)).float().cpu().numpy()
        for row, scores in zip(rows, kind.split(logits, encoded, rows), strict=True):
            found[row] = scores
    model.train(was_training)
    return found
