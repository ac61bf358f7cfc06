"""Fine-tune an encoder on English and answer in any language, with the project's one training loop."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.evaluation.cell import Tuning
from xlalign.evaluation.data.sets import EnglishData
from xlalign.evaluation.encoding import EncodedRows
from xlalign.evaluation.kinds.base import Example, TunedKind
from xlalign.evaluation.model import TaskModel, build, load
from xlalign.evaluation.options import FineTuning, Regime
from xlalign.evaluation.packed import ShuffledBatches, TaskRows, TunedBatch, pack
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.languages import ENGLISH
from xlalign.modeling.embed import encode
from xlalign.objectives.base import LossOutput
from xlalign.training.devices import device_name
from xlalign.training.loop import TrainResult, train, weights
from xlalign.training.settings import TrainSettings

WEIGHTS = "model.safetensors"
REMEMBERED = 2**31
"""Bytes of token vectors that a probe keeps; a larger training set is encoded at every step."""


class TaskProgram:
    """What the training loop needs of a task model."""

    def __init__(self, model: TaskModel, kind: TunedKind[Any]) -> None:
        self._model, self._kind = model, kind

    def modules(self) -> nn.Module:
        """Encoder and output layer."""
        return self._model

    def before_step(self, step: int) -> None:
        """Nothing is frozen for a while."""

    def loss(self, batch: TunedBatch) -> LossOutput:
        """Mean cross-entropy over the logical batch."""
        loss, count = self._kind.loss(self.scores(batch), batch.labels)
        return LossOutput(loss, count)

    def scores(self, batch: TunedBatch) -> Tensor:
        """Scores of the batch."""
        return self._model(batch)

    def after_step(self, step: int, output: LossOutput) -> None:
        """Nothing to update."""


class ProbeProgram(TaskProgram):
    """A frozen encoder reads each training row once; only the output layer runs at every step.

    Args:
        model: encoder and output layer.
        kind: of the task.
        encoded: the training rows.
    """

    def __init__(self, model: TaskModel, kind: TunedKind[Any], encoded: EncodedRows) -> None:
        super().__init__(model, kind)
        self._states: list[Tensor] = [torch.empty(0)] * len(encoded)
        for rows, packed, states in _encoded(model, encoded):
            for row, own in zip(rows, torch.split(states.cpu(), packed.lengths.tolist()), strict=True):
                self._states[row] = own.clone()

    def scores(self, batch: TunedBatch) -> Tensor:
        """Scores of the batch."""
        states = torch.cat([self._states[row] for row in batch.rows]).to(batch.labels.device)
        return self._model.scores(states, batch.packed)


class FineTuner:
    """A model on a task: trains, keeps the best checkpoint by English dev, answers.

    Args:
        model: model folder or hub id.
        task: a task whose kind is fine-tuned; labels that the training data lack are never predicted.
        tuning: options, chunk rule, seed and device.
        regime: what is frozen, learning rate, pooling.
    """

    def __init__(self, model: str | Path, task: Task, tuning: Tuning, regime: Regime) -> None:
        trained = tuning.data.resolved()
        self._task, self._tuning, self._regime = task, tuning, regime
        self._labels = tuple(dict.fromkeys((*trained.labels, *task.labels)))
        self._kind = tuned_kind(task)
        encoder, self._tokenizer = load(model, precision=tuning.options.precision)
        options = tuning.options
        self._options = options.model_copy(update={"max_length": min(options.max_length, encoder.longest)})
        self.model = build(encoder, self._kind, trained.labels, self._options, regime, tuning.seed)

    def train(self, english: EnglishData, work: Path) -> TrainResult:
        """Train on English; the best checkpoint by English dev stays in the model.

        Args:
            english: training and dev data.
            work: folder for checkpoints; a stopped training found there is finished.
        """
        tuning, device = self._tuning, device_name(self._tuning.device)
        encoded = self.encode(english.train)
        batches = ShuffledBatches(encoded, self._options.batch_size, tuning.seed, device)
        # Rounded up: half an epoch of 3 batches is 2 steps, and no run has none.
        steps = tuning.steps or self._options.steps or math.ceil(self._options.epochs * len(batches))
        dev, gold = self.encode(english.dev), self._kind.gold(english.dev)

        def evaluate(step: int) -> dict[str, float]:
            answers = self._answers(english.dev, dev)
            return {"dev": self._task.headline(self._task.score(gold, answers, ENGLISH, tuning.rule))}

        settings = train_settings(self._options, self._regime, tuning.seed, steps, device)
        program = self._program(encoded, device)
        return train(program, batches, settings, work, evaluate=evaluate, select="dev")

    def _program(self, encoded: EncodedRows, device: str) -> TaskProgram:
        # float32: 24,000 rows of 30 tokens at width 384 are 1.1 GB.
        size = 4 * int(encoded.lengths().sum()) * self.model.encoder.hidden_size
        if not self.model.frozen or size > REMEMBERED:
            return TaskProgram(self.model, self._kind)
        with torch.no_grad():
            return ProbeProgram(self.model.to(device).eval(), self._kind, encoded)

    def answers(self, examples: Sequence[Example]) -> Any:
        """Answers in the submission form."""
        return self._answers(examples, self.encode(examples))

    def save(self, folder: Path) -> None:
        """Write what was trained to `folder/model.safetensors`: the output layer and the layers that are not frozen."""
        trained = {name for name, parameter in self.model.named_parameters() if parameter.requires_grad}
        kept = {name: value.contiguous() for name, value in weights(self.model).items() if name in trained}
        folder.mkdir(parents=True, exist_ok=True)
        save_file(kept, folder / WEIGHTS)

    def restore(self, folder: Path) -> None:
        """Take over weights that `save` wrote, in place of training."""
        self.model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
        self.model.to(device_name(self._tuning.device)).eval()

    def encode(self, examples: Sequence[Example]) -> EncodedRows:
        """The examples as rows of token ids."""
        return self._kind.encode(examples, self._tokenizer, self._labels, self._options)

    def _answers(self, examples: Sequence[Example], encoded: EncodedRows) -> Any:
        logits = predict(self.model, self._kind, encoded)
        return self._kind.decode(logits, encoded, examples, self._labels)


def tuned_kind(task: Task) -> TunedKind[Any]:
    """The kind of a task that is fine-tuned.

    Raises:
        UserError: the task is answered by comparing vectors.
    """
    kind = task.handler
    if not isinstance(kind, TunedKind):
        raise UserError(f"{task.name} is a {task.kind} task: no model is fine-tuned for it")
    return kind


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
        precision=options.precision,
    )


@torch.no_grad()
def predict(model: TaskModel, kind: TunedKind[Any], encoded: EncodedRows) -> list[np.ndarray]:
    """Scores of every row, in the order of the rows."""
    was_training = model.training
    model.eval()
    found: list[np.ndarray] = [np.empty(0)] * len(encoded)
    for rows, packed, states in _encoded(model, encoded):
        logits = model.scores(states, packed).float().cpu().numpy()
        for row, scores in zip(rows, kind.split(logits, encoded, rows), strict=True):
            found[row] = scores
    model.train(was_training)
    return found


def _encoded(model: TaskModel, encoded: EncodedRows) -> Iterator[tuple[np.ndarray, TaskRows, Tensor]]:
    """All rows, a batch at a time: their numbers, the batch, its token vectors (N, D) of the last layer."""
    for rows, packed, states in encode(model.encoder, encoded.lengths(), partial(pack, encoded), keep=[-1]):
        yield rows, packed, states.tokens(-1)
