"""The loop on a toy program: resume to the bit, best weights, NaN, SIGTERM."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch
from torch import nn

from xlalign.errors import DataError, Interrupted, MissingExtraError
from xlalign.objectives.base import LossOutput
from xlalign.training import checkpoint
from xlalign.training.loop import train, weights
from xlalign.training.settings import TrainSettings

SETTINGS = TrainSettings(steps=20, learning_rate=0.05, checkpoint_every=3, log_every=4, seed=7, device="cpu")


class Regression:
    """A tied two-layer network with dropout and a buffer that counts steps."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.module = nn.Module()
        first, last = nn.Linear(4, 4), nn.Linear(4, 4)
        last.weight = first.weight
        self.body = self.module.body = nn.Sequential(first, nn.Dropout(0.3), last)
        self.seen = torch.zeros(())
        self.module.register_buffer("seen", self.seen)
        self.stop_at: int | None = None

    def modules(self) -> nn.Module:
        return self.module

    def loss(self, batch: torch.Tensor) -> LossOutput:
        loss = (self.body(batch) - batch.flip(1)).square().mean()
        return LossOutput(loss, len(batch), {"size": loss.detach() * 2})

    def before_step(self, step: int) -> None:
        """Nothing is frozen."""

    def after_step(self, step: int, output: LossOutput) -> None:
        self.seen += 1
        if step == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)


class Random:
    """Normal batches keyed by the step."""

    def __len__(self) -> int:
        return 5

    def batch(self, step: int) -> torch.Tensor:
        return torch.randn(8, 4, generator=torch.Generator().manual_seed(step))


def final(program: Regression) -> dict[str, list[float]]:
    return {name: value.tolist() for name, value in weights(program.module).items()}


@pytest.fixture
def undisturbed(tmp_path: Path) -> tuple[dict[str, list[float]], str]:
    program = Regression()
    train(program, Random(), SETTINGS, tmp_path / "plain")
    return final(program), (tmp_path / "plain/metrics.jsonl").read_text()


@pytest.mark.parametrize("stop_at", [1, 3, 11, 19])
def test_stopped_and_resumed_is_bit_identical(tmp_path, undisturbed, stop_at):
    stopped = Regression()
    stopped.stop_at = stop_at
    with pytest.raises(Interrupted):
        train(stopped, Random(), SETTINGS, tmp_path)
    resumed = Regression()
    result = train(resumed, Random(), SETTINGS, tmp_path)
    assert (final(resumed), (tmp_path / "metrics.jsonl").read_text()) == undisturbed
    assert resumed.module.seen == result.steps == 20


def test_damaged_checkpoint_falls_back_to_the_one_before(tmp_path, undisturbed):
    stopped = Regression()
    stopped.stop_at = 10
    with pytest.raises(Interrupted):
        train(stopped, Random(), SETTINGS, tmp_path)
    kept = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert kept == ["best-00000000", "step-00000009", "step-00000010"][-len(kept) :]
    (tmp_path / "checkpoints/step-00000010" / checkpoint.TENSORS).write_bytes(b"cut off")
    resumed = Regression()
    with pytest.warns(UserWarning, match="damaged"):
        train(resumed, Random(), SETTINGS, tmp_path)
    assert (final(resumed), (tmp_path / "metrics.jsonl").read_text()) == undisturbed


def test_best_weights_are_restored_also_after_a_stop(tmp_path):
    settings = SETTINGS.model_copy(update={"evaluate_every": 5, "patience": 2})
    scores = {5: 0.1, 10: 0.9, 15: 0.5, 20: 0.4}
    seen: dict[int, dict[str, list[float]]] = {}

    def run(program: Regression) -> int:
        def evaluate(step: int) -> dict[str, float]:
            assert not program.module.training
            seen[step] = final(program)
            return {"accuracy": scores[step]}

        return train(program, Random(), settings, tmp_path, evaluate=evaluate, select="accuracy").best_step

    stopped = Regression()
    stopped.stop_at = 12
    with pytest.raises(Interrupted):
        run(stopped)
    program = Regression()
    assert run(program) == 10
    assert final(program) == seen[10]
    assert run(Regression()) == 10  # a finished run is only read back


def test_patience_stops_early(tmp_path):
    settings = SETTINGS.model_copy(update={"evaluate_every": 2, "patience": 2})
    result = train(Regression(), Random(), settings, tmp_path, evaluate=lambda s: {"x": -s}, select="x")
    assert (result.steps, result.best_step) == (6, 2)


def test_a_loss_that_is_not_finite_stops_with_the_batch_saved(tmp_path):
    class Broken(Random):
        def batch(self, step: int) -> torch.Tensor:
            return super().batch(step) * (float("nan") if step == 4 else 1)

    with pytest.raises(DataError, match="step 4"):
        train(Regression(), Broken(), SETTINGS, tmp_path)
    assert json.loads((tmp_path / "failed-step.json").read_text())["step"] == 4


def test_learning_rate_warms_up_and_decays(tmp_path):
    settings = SETTINGS.model_copy(update={"log_every": 1, "warmup": 0.25})
    rates = [record["learning_rate"] for record in train(Regression(), Random(), settings, tmp_path).history]
    assert rates[:5] == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] == pytest.approx(0.05 / 15)


def test_a_tracker_that_is_not_installed_is_named(tmp_path):
    settings = SETTINGS.model_copy(update={"trackers": ("comet_ml",)})
    with pytest.raises(MissingExtraError, match="comet_ml"):
        train(Regression(), Random(), settings, tmp_path)


def test_metrics_reach_tensorboard(tmp_path):
    pytest.importorskip("tensorboard")
    settings = SETTINGS.model_copy(update={"trackers": ("tensorboard",), "steps": 4})
    train(Regression(), Random(), settings, tmp_path)
    events = b"".join(path.read_bytes() for path in (tmp_path / "trackers").rglob("events.out.tfevents*"))
    assert all(name in events for name in (b"gradient_norm", b"learning_rate", b"size"))


def test_metrics_reach_wandb_run_by_run(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    for name in ("one", "two"):
        settings = SETTINGS.model_copy(update={"trackers": ("wandb",), "steps": 4, "log_every": 1})
        train(Regression(), Random(), settings, tmp_path / name)
        (written,) = (tmp_path / name / "trackers/wandb").glob("offline-run-*/*.wandb")
        assert b"gradient_norm" in written.read_bytes()


def test_batches_built_ahead_change_nothing_and_their_errors_arrive(tmp_path, undisturbed):
    program = Regression()
    train(program, Random(), SETTINGS.model_copy(update={"prefetch": 3}), tmp_path / "ahead")
    assert final(program) == undisturbed[0]

    class Failing(Random):
        def batch(self, step: int) -> torch.Tensor:
            if step == 6:
                raise KeyError("row 6")
            return super().batch(step)

    with pytest.raises(KeyError, match="row 6"):
        train(Regression(), Failing(), SETTINGS.model_copy(update={"prefetch": 3}), tmp_path / "failing")
