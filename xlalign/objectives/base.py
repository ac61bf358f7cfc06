"""What every objective takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from xlalign.modeling.encoder import Encoder
    from xlalign.objectives.batch import Batch
    from xlalign.objectives.passes import Passes


@dataclass(frozen=True)
class LossOutput:
    """The loss of one logical batch.

    Attributes:
        loss: scalar with a gradient graph (or without one, when the program ran its own backward pass).
        count: number of predictions the loss is a mean of (masked tokens, anchors, links, examples).
        metrics: detached scalars to log. Tensors are read only when a record is written, so that a step
            needs no synchronisation with the device.
    """

    loss: Tensor
    count: int = 1
    metrics: Mapping[str, Tensor | float] = field(default_factory=dict)


def exact(values: Tensor) -> Tensor:
    """Half precision raised to fp32; fp32 and fp64 as they are."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


class Objective(nn.Module):
    """A loss on a batch of views.

    A subclass has an options model as its first argument, whose `passes` say what will be read (they are planned
    together and shared with other objectives), gets the query encoder to size its heads, and computes a mean in
    `forward`. Its parameters are heads that are dropped when the encoder is exported; state that is not learnt is
    in buffers.
    """

    def layers(self) -> tuple[int, ...]:
        """The layers that `forward` reads of those encodings."""
        return (-1,)

    def forward(self, batch: Batch, encoders: Passes) -> LossOutput:
        """The mean loss over the batch."""
        raise NotImplementedError

    def prefill(self, batch: Batch, encoders: Passes) -> bool:
        """Take in one batch before training; false when nothing more is wanted."""
        return False

    def after_step(self, encoder: Encoder) -> None:
        """Called once after each optimizer step."""
