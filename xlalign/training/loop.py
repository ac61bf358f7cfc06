"""The one training loop: deterministic, resumable to the bit on a CPU, for pretraining and fine-tuning.

A batch is a pure function of (seed, step) and dropout is seeded by (seed, step), so the position of a run is
one integer: weights, optimizer and that integer are all a checkpoint holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from xlalign import progress
from xlalign.errors import DataError, Interrupted
from xlalign.objectives.gather import full
from xlalign.training import checkpoint, devices, optimizer
from xlalign.training.metrics import Metrics
from xlalign.training.prefetch import Ahead
from xlalign.training.protocols import Batches, TrainingProgram
from xlalign.training.settings import TrainSettings
from xlalign.training.sharding import placed
from xlalign.training.signals import StopFlag

Scores = dict[str, float]
KEEP = 2
"""Checkpoints kept; the older one is there for the case that the newer is damaged."""


@dataclass(frozen=True)
class TrainResult:
    """What a run came to. `history` holds the records of metrics.jsonl, `scores` those of the chosen step."""

    steps: int
    seconds: float
    history: list[dict[str, float]]
    best_step: int
    scores: Scores = field(default_factory=dict)


def train(
    program: TrainingProgram,
    batches: Batches,
    settings: TrainSettings,
    work: Path,
    *,
    evaluate: Callable[[int], Scores] | None = None,
    select: str | None = None,
) -> TrainResult:
    """Train, or finish a training that was stopped, and leave the weights in `program`.

    Args:
        program: what is trained.
        batches: where batches come from; `batch.ids`, when there is one, is saved if the loss is not finite.
        settings: steps, rates, device, seed.
        work: a folder for checkpoints/ and metrics.jsonl; a checkpoint found there is continued from.
        evaluate: gives dev scores after a number of steps; called in eval mode without gradient.
        select: the score (higher is better) by which the best weights are kept and restored at the end.

    Raises:
        Interrupted: SIGTERM came; a checkpoint was written before.
        DataError: loss or gradient is not finite; the ids of the batch are in work/failed-step.json.
    """
    run = _Run(program, batches, settings, work, evaluate=evaluate, select=select)
    run.resume()
    with StopFlag() as stop, closing(run.batches), closing(run.device):
        run.advance(stop)
    return run.finish()


class _Run:
    """The state of one call of `train`."""

    def __init__(
        self,
        program: TrainingProgram,
        batches: Batches,
        settings: TrainSettings,
        work: Path,
        *,
        evaluate: Callable[[int], Scores] | None,
        select: str | None,
    ) -> None:
        self.program, self.settings = program, settings
        self.batches = Ahead(batches, settings.prefetch, settings.steps)
        self.evaluate, self.select = evaluate, select
        self.started, self.seconds = time.monotonic(), 0.0
        self.step = self.best_step = self.stale = 0
        self.scores: Scores = {}
        self.best_scores: Scores = {}
        self.device = devices.prepare(program, settings, work)
        self.optimizer = optimizer.adamw(program.modules(), settings)
        name = "metrics.jsonl" if self.device.rank == 0 else f"metrics-{self.device.rank}.jsonl"
        self.metrics = Metrics(work / name, settings, self.device.log)
        self.folder = work / "checkpoints"

    def advance(self, stop: StopFlag) -> None:
        """Take the remaining steps."""
        self.program.modules().train()
        with progress.task("train", self.settings.steps, "steps") as bar:
            bar.advance(self.step)
            while self.step < self.settings.steps and not self._stale():
                self._one_step()
                bar.advance(1, self.metrics.note)
                self._bookkeeping()
                if self.device.any(stop.is_set) and self.step < self.settings.steps:
                    self.save()
                    raise Interrupted(f"stopped at step {self.step} of {self.settings.steps}; a checkpoint was written")

    def _one_step(self) -> None:
        batch = self.device.move(self.batches.batch(self.step))
        torch.manual_seed(dropout_seed(self.settings.seed, self.step, self.device.rank))
        self.program.before_step(self.step)
        output = self.device.loss(batch)
        if output.loss.requires_grad:
            torch.autograd.backward(output.loss)
        norm = optimizer.clip(self.optimizer, self.settings.clip_norm)
        self._check(output.loss, norm, batch)
        learning_rate = optimizer.rate(self.step, self.settings)
        optimizer.set_rate(self.optimizer, learning_rate)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.program.after_step(self.step, output)
        self.metrics.add(self.step, output, norm, learning_rate)

    def _check(self, loss: Tensor, norm: Tensor, batch: Any) -> None:
        if torch.isfinite(loss.detach() + norm):
            return
        path = self.metrics.failed(self.step, getattr(batch, "ids", ()))
        raise DataError(
            f"loss {loss.item():g} or gradient norm {norm.item():g} is not finite at step {self.step}",
            f"the ids of that batch are in {path}; lower learning_rate, or use precision = 'fp32'",
        )

    def _bookkeeping(self) -> None:
        last = self.step == self.settings.steps
        if self.evaluate and (last or self._due(self.settings.evaluate_every)):
            self._evaluate()
        # An evaluation saves, too, so that a run that goes on from here does not repeat it.
        elif last or self._due(self.settings.checkpoint_every):
            self.save()

    def _due(self, every: int) -> bool:
        return every > 0 and self.step % every == 0

    def _stale(self) -> bool:
        return 0 < self.settings.patience <= self.stale

    def _evaluate(self) -> None:
        module = self.program.modules()
        module.eval()
        with torch.no_grad(), self.device.whole():
            self.scores = self.evaluate(self.step) if self.evaluate else {}
        module.train()
        self.metrics.scores(self.step, self.scores)
        if self.select:
            self._compare(self.select)
        self.save()

    def _compare(self, select: str) -> None:
        if self.best_scores and self.scores[select] <= self.best_scores[select]:
            self.stale += 1
            return
        self.best_step, self.best_scores, self.stale = self.step, self.scores, 0
        self._publish(f"best-{self.step:08d}", weights(self.program.modules()), {})

    def save(self) -> None:
        """Write a checkpoint of this moment and delete those no longer needed."""
        tensors = {f"weights.{name}": value for name, value in weights(self.program.modules()).items()}
        tensors |= {f"optimizer.{name}": value for name, value in optimizer.state(self.optimizer).items()}
        names = ("step", "best_step", "stale", "scores", "best_scores")
        meta = {name: getattr(self, name) for name in names}
        meta |= {"seconds": self.seconds + time.monotonic() - self.started, "window": self.metrics.window()}
        self._publish(f"step-{self.step:08d}", tensors, meta)
        if self.device.rank == 0:
            self._prune()
        self.device.wait()

    def _publish(self, name: str, tensors: dict[str, Tensor], meta: dict[str, Any]) -> None:
        """Write a checkpoint from the first process; all take part in putting split tensors together."""
        found = {key: full(value) for key, value in tensors.items()}
        if self.device.rank == 0:
            checkpoint.save(self.folder, name, found, meta)

    def _prune(self) -> None:
        steps = sorted(path.name for path in self.folder.glob("step-*"))[-KEEP:]
        # The older checkpoint may have another best step: its weights stay as long as it does.
        bests = {f"best-{checkpoint.load_meta(self.folder / name)['best_step']:08d}" for name in steps}
        checkpoint.prune(self.folder, {*steps, *bests})

    def resume(self) -> None:
        """Continue from the newest intact checkpoint, when there is one."""
        path = checkpoint.newest(self.folder)
        if path is None:
            self.metrics.truncate(0, {})
            return
        tensors, meta = checkpoint.load(path)
        load_weights(self.program.modules(), _under("weights.", tensors))
        optimizer.restore(self.optimizer, _under("optimizer.", tensors))
        for name in ("step", "best_step", "stale", "scores", "best_scores", "seconds"):
            setattr(self, name, meta[name])
        self.metrics.truncate(self.step, meta["window"])

    def finish(self) -> TrainResult:
        """Restore the best weights and sum up."""
        if self.select and self.best_step and self.best_step != self.step:
            tensors, _ = checkpoint.load(self.folder / f"best-{self.best_step:08d}")
            load_weights(self.program.modules(), tensors)
        seconds = self.seconds + time.monotonic() - self.started
        best = self.best_step or self.step
        self.program.modules().eval()
        return TrainResult(self.step, seconds, self.metrics.history(), best, self.best_scores or self.scores)


def dropout_seed(seed: int, step: int, rank: int) -> int:
    """A seed for the dropout of one step in one process: three numbers, mixed by the steps of SplitMix64."""
    value = (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9 + rank * 0x94D049BB133111EB) % 2**64
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    return (value ^ (value >> 27)) % 2**63


def weights(module: nn.Module) -> dict[str, Tensor]:
    """Every parameter and persistent buffer once (tied weights under their first name)."""
    state = module.state_dict(keep_vars=True)
    named = dict(module.named_parameters()) | {n: b for n, b in module.named_buffers() if n in state}
    return {name: value.detach() for name, value in named.items()}


def load_weights(module: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Copy tensors into the module in place, so that ties and optimizer references hold."""
    with torch.no_grad():
        for name, value in weights(module).items():
            value.copy_(placed(tensors[name], value))


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
