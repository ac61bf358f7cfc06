"""AdamW and its learning rate."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from xlalign.objectives.gather import full
from xlalign.training.settings import TrainSettings
from xlalign.training.sharding import placed


def adamw(module: nn.Module, settings: TrainSettings) -> AdamW:
    """AdamW over all parameters that require a gradient; vectors (biases, norms) are not decayed."""
    trained = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return AdamW(groups, lr=settings.learning_rate, betas=settings.betas, eps=settings.epsilon, fused=True)


def rate(step: int, settings: TrainSettings) -> float:
    """Learning rate of the 0-based `step`: linear warm-up, then linear to zero or constant."""
    # Of 100 steps at warm-up 0.1: a tenth of the rate at step 0, all of it at 9 and 10, 1/90 at 99; 0 would be step
    # 100.
    warm = round(settings.warmup * settings.steps)
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    if settings.schedule == "constant":
        return settings.learning_rate
    return settings.learning_rate * (settings.steps - step) / max(1, settings.steps - warm)


def set_rate(optimizer: AdamW, value: float) -> None:
    """Give every group the same learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = value


def clip(optimizer: AdamW, largest: float) -> Tensor:
    """Scale the gradient to norm `largest` at the most (0 = leave it) and return the norm before."""
    parameters = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    return full(nn.utils.clip_grad_norm_(parameters, largest or float("inf"), foreach=True))


def state(optimizer: AdamW) -> dict[str, Tensor]:
    """The optimizer's tensors by name "index.key", index counting parameters over all groups."""
    return {f"{i}.{key}": value for i, p in _indexed(optimizer) for key, value in optimizer.state[p].items()}


def restore(optimizer: AdamW, tensors: dict[str, Tensor]) -> None:
    """Put back what `state` gave."""
    for i, p in _indexed(optimizer):
        keys = [name for name in tensors if name.startswith(f"{i}.")]
        # The step counter stays where the fused kernel wants it: beside its parameter.
        optimizer.state[p] = {name.partition(".")[2]: placed(tensors[name], p) for name in keys}


def _indexed(optimizer: AdamW) -> list[tuple[int, torch.nn.Parameter]]:
    return list(enumerate(p for group in optimizer.param_groups for p in group["params"]))
