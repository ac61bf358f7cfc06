"""Dropout that a CPU does not spend its time on.

torch draws one double for every value, on one thread: a fifth of a small encoder's step. Here one 64-bit number serves
four values, 16 bits each, so rates are exact to 1 / 65,536.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def dropout(values: Tensor, rate: float) -> Tensor:
    """Zeros with probability `rate`, else values / (1 - rate); any shape. Draws from torch's global generator."""
    if values.device.type != "cpu":
        return F.dropout(values, rate)
    return values * keep_factors(values.shape, rate).to(values.dtype)


def keep_factors(shape: torch.Size, rate: float) -> Tensor:
    """On the CPU: 0 with probability `rate`, else 1 / (1 - rate). Draws from torch's global generator."""
    size = shape.numel()
    bits = torch.empty((size + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
    lowest = round(rate * 65_536) - 32_768  # of the draws that keep a value
    # Arithmetic, because comparing and choosing take torch six times as long.
    draws = bits.view(torch.int16)[:size].view(shape).clamp_(lowest - 1, lowest)
    return draws.sub_(lowest - 1).float().mul_(1 / (1 - rate))


class Dropout(nn.Dropout):
    """The layer."""

    def forward(self, values: Tensor) -> Tensor:
        """Dropped in training, the values themselves otherwise."""
        return dropout(values, self.p) if self.training and self.p else values


def replace(model: nn.Module) -> None:
    """Put ours in the place of every dropout layer of torch's."""
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.Dropout:
                setattr(parent, name, Dropout(child.p).train(child.training))
