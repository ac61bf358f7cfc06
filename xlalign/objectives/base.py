"""What every objective takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from xlalign.objectives.batch import TrainingBatch
    from xlalign.objectives.encodings import Encodings


@dataclass(frozen=True)
class LossOutput:
    """The loss of one logical batch.

    Attributes:
        loss: scalar with a gradient graph (or without one, when the program ran its own backward pass).
        count: number of predictions the loss is a mean of (masked tokens, anchors, links, examples).
        metrics: detached scalars to log. Tensors are read only when a record is written, so that a step
            needs no synchronisation with the device.
        carried: detached tensors that are handed on to `after_step`, by objective (the keys for a queue).
    """

    loss: Tensor
    count: int = 1
    metrics: Mapping[str, Tensor | float] = field(default_factory=dict)
    carried: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)


def exact(values: Tensor) -> Tensor:
    """Half precision raised to fp32; fp32 and fp64 as they are."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


class Objective(nn.Module):
    """A loss on a batch of views.

    It is made by its options (`ObjectiveOptions.build`), whose `requests` say what will be read: encodings are planned
    together and shared with other objectives. It computes a mean in `forward`. Its parameters are heads that are
    dropped when the encoder is exported; state that is not learnt is in buffers.
    """

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean loss over the batch; what `after_step` needs of it is in `carried` under the name ""."""
        raise NotImplementedError

    def unfilled(self) -> int:
        """Examples that the objective still has to see before the first step (the free places of a queue)."""
        return 0

    def prefill(self, batch: TrainingBatch, encoders: Encodings) -> None:
        """Take in one batch before training; called while there are `unfilled` places."""

    def after_step(self, carried: tuple[Tensor, ...]) -> None:
        """Called once after each optimizer step with what the step's `forward` handed on."""


def head(kind: Literal["none", "linear", "mlp"], width: int, size: int = 0) -> nn.Module:
    """A projection from `width` to `size` units (0 = `width`), trained beside the encoder and dropped at export.

    none: identity. linear: one map without bias. mlp: Linear(width, width), ReLU, Linear(width, size).
    """
    size = size or width
    if kind == "none":
        return nn.Identity()
    if kind == "linear":
        linear = nn.Linear(width, size, bias=False)
        nn.init.normal_(linear.weight, std=0.02)
        return linear
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, size))
