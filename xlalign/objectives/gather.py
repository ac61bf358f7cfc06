"""Rows of all processes, so that every process sees the negatives of the whole logical batch."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor


def all_rows(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Each tensor (n, ...) with the rows of all processes in rank order (world * n, ...).

    The own rows keep their gradient graph, those of other processes are constants. Every process computes the loss
    of the whole batch, so the gradient is exact when gradients are *summed* over processes.
    """
    if not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1):
        return tensors
    return tuple(_gather(tensor) for tensor in tensors)


def _gather(tensor: Tensor) -> Tensor:
    parts = [torch.empty_like(tensor) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, tensor.detach().contiguous())
    parts[dist.get_rank()] = tensor
    return torch.cat(parts)
