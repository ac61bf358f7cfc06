"""What every objective returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


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
