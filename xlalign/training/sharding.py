"""Weights, gradients and optimizer state split among processes (torch's FSDP2), and how they are put together again.

The blocks of every encoder are units of their own: their weights are gathered when a pass reaches them and let go
afterwards. Everything else (embeddings, output layer, heads) is one unit that stays whole during a step. Gradients are
averaged over processes, as without sharding. torch's part is imported only where something is split.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.layers import transformer_blocks
from xlalign.objectives.gather import full

if TYPE_CHECKING:
    from torch.distributed.fsdp import FSDPModule


def shard(step: nn.Module, device: torch.device, world: int) -> FSDPModule:
    """Split the parameters of `step` among `world` processes, in place."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(device.type, (world,))
    for module in list(step.modules()):
        if isinstance(module, Encoder):
            for block in transformer_blocks(module.body.model):
                fully_shard(block, mesh=mesh)
    return fully_shard(step, mesh=mesh)


@contextmanager
def whole(step: FSDPModule) -> Iterator[None]:
    """A block in which the outer unit is whole, so that encoders can be called on their own; all take part."""
    step.unshard()
    try:
        yield
    finally:
        step.reshard()


def whole_state(model: nn.Module) -> dict[str, Tensor]:
    """A model's state, put together; tied weights stay one tensor under two names. All processes take part."""
    # Putting a split tensor together takes all processes and its whole memory: once for each, not for each name.
    found: dict[int, Tensor] = {}
    for value in model.state_dict(keep_vars=True).values():
        if id(value) not in found:
            found[id(value)] = full(value.detach())
    return {name: found[id(value)] for name, value in model.state_dict(keep_vars=True).items()}


def placed(value: Tensor, example: Tensor) -> Tensor:
    """A whole tensor on the device of `example`, split as that is; a scalar is never split."""
    value = value.to(example.device)
    if not hasattr(example, "device_mesh") or value.ndim == 0:
        return value
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(example, DTensor)
    split: Tensor = distribute_tensor(value, example.device_mesh, example.placements)
    return split
