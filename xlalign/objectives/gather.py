"""Several processes: every objective's loss is so scaled that gradients *add up* over processes.

A loss that compares rows (contrast) is computed by every process over the rows of all; the own rows keep their
gradient graph, the others are constants. A loss that is a mean over own predictions divides by the number of all.
With one process both are what they are without this file.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor


def world() -> int:
    """Number of processes."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Number of this process."""
    return dist.get_rank() if world() > 1 else 0


def all_rows(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Each tensor (n, ...) with the rows of all processes in rank order; n may differ between processes."""
    return tensors if world() == 1 else tuple(_gather(tensor) for tensor in tensors)


def total(count: int, device: torch.device) -> int:
    """The sum of a count over processes."""
    if world() == 1:
        return count
    value = torch.tensor(count, device=device)
    dist.all_reduce(value)
    return int(value)


def mean(value: Tensor) -> Tensor:
    """The mean of a number over processes."""
    if world() > 1:
        dist.all_reduce(value)
    return value / world()


def shown(loss: Tensor) -> Tensor:
    """A process's part of a sum, so scaled that the mean over processes is the whole; for the log."""
    return loss.detach() * world()


def own(value: Tensor) -> Tensor:
    """This process's part of a tensor that is split among them (FSDP); others as they are."""
    part: Tensor = value.to_local() if hasattr(value, "to_local") else value
    return part


def full(value: Tensor) -> Tensor:
    """The whole of such a tensor, with its gradient; others as they are. All processes take part."""
    found: Tensor = value.full_tensor() if hasattr(value, "full_tensor") else value
    return found


def _gather(tensor: Tensor) -> Tensor:
    size = torch.tensor(len(tensor), device=tensor.device)
    sizes = [torch.zeros_like(size) for _ in range(world())]
    dist.all_gather(sizes, size)
    # all_gather wants one shape: the shorter parts are filled up, and cut again below. The own rows are put back as
    # they were, with the graph that the copies lack.
    longest = max(int(s) for s in sizes)
    padded = tensor.new_zeros(longest, *tensor.shape[1:])
    padded[: len(tensor)] = tensor.detach()
    parts = [torch.empty_like(padded) for _ in sizes]
    dist.all_gather(parts, padded)
    rows = [part[: int(s)] for part, s in zip(parts, sizes, strict=True)]
    rows[dist.get_rank()] = tensor
    return torch.cat(rows)
