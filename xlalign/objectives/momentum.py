"""Momentum copies of encoders and projections (MoCo, arXiv 1911.05722, equation 2)."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor, nn

from xlalign.objectives import gather


class Follower:
    """A momentum copy: slow <- momentum * slow + (1 - momentum) * fast, in place; buffers are copied.

    Parameters are listed once, at the first step: walking two encoders at every step takes longer than moving them.
    """

    def __init__(self, slow: nn.Module, fast: nn.Module, momentum: float) -> None:
        self._modules, self._weight = (slow, fast), 1 - momentum

    @cached_property
    def _parameters(self) -> list[list[Tensor]]:
        return [[gather.own(p.detach()) for p in module.parameters()] for module in self._modules]

    @cached_property
    def _buffers(self) -> list[tuple[Tensor, Tensor]]:
        return list(zip(*(list(module.buffers()) for module in self._modules), strict=True))

    @torch.no_grad()
    def step(self) -> None:
        """Move the copy once."""
        slow, fast = self._parameters
        if slow:
            torch._foreach_lerp_(slow, fast, self._weight)
        for kept, current in self._buffers:
            kept.copy_(current)
