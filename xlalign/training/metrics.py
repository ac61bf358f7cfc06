"""metrics.jsonl: one record a window of steps, one a dev evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from xlalign.objectives import gather
from xlalign.objectives.base import LossOutput
from xlalign.training.settings import TrainSettings

Record = dict[str, float]


class Metrics:
    """Means over windows of `log_every` steps; values stay on the device until a window closes.

    A record of training has step, loss, gradient_norm, learning_rate and the objectives' own metrics, a record
    of evaluation has step and dev scores under "dev/".
    """

    def __init__(self, path: Path, settings: TrainSettings, log: Callable[[Record], None] | None = None) -> None:
        self.path, self.settings, self.log = path, settings, log
        self.note = ""
        self._sums: Record = {}
        self._count: dict[str, int] = {}
        self._open: list[dict[str, Any]] = []

    def add(self, step: int, output: LossOutput, norm: Tensor, learning_rate: float) -> None:
        """Take in one step; write a record when its window is full."""
        self._open.append({"loss": output.loss.detach(), "gradient_norm": norm.detach(), **output.metrics})
        # Until here values are tensors on the device: reading one would make it wait for every step.
        if step % self.settings.log_every == 0 or step == self.settings.steps:
            self._close()
            means = {name: total / self._count[name] for name, total in self._sums.items()}
            self._sums, self._count = {}, {}
            self._write({"step": step, **means, "learning_rate": learning_rate})
            self.note = f"loss {means['loss']:.3f}"

    def scores(self, step: int, scores: Record) -> None:
        """Write a record of dev scores."""
        self._write({"step": step, **{f"dev/{name}": value for name, value in scores.items()}})

    def window(self) -> dict[str, Any]:
        """The sums of the window under way, for a checkpoint."""
        self._close()
        return {"sums": self._sums, "count": self._count}

    def truncate(self, step: int, window: dict[str, Any]) -> None:
        """Forget everything after `step`: what follows will be computed again."""
        records = [r for r in self.history() if r["step"] <= step]
        self._sums, self._count = window.get("sums", {}), window.get("count", {})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")

    def history(self) -> list[Record]:
        """All records written so far; a line cut off by a kill is left out."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line.endswith("}")]

    def failed(self, step: int, ids: Sequence[str]) -> Path:
        """Save the ids of a batch whose loss was not finite."""
        path = self.path.parent / "failed-step.json"
        path.write_text(json.dumps({"step": step, "ids": [str(i) for i in ids]}), encoding="utf-8")
        return path

    def _close(self) -> None:
        device = self._open[0]["gradient_norm"].device if self._open else None
        for name in dict.fromkeys(name for step in self._open for name in step):
            values = [step[name] for step in self._open if name in step]
            total = torch.stack([torch.as_tensor(v, dtype=torch.float64, device=device) for v in values]).sum()
            self._sums[name] = self._sums.get(name, 0.0) + gather.mean(total).item()
            self._count[name] = self._count.get(name, 0) + len(values)
        self._open = []

    def _write(self, record: Record) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if self.log:
            self.log(record)
