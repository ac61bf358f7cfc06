"""Projection heads: trained beside the encoder, dropped at export."""

from __future__ import annotations

from typing import Literal

from torch import nn


def head(kind: Literal["none", "linear", "mlp"], width: int, size: int = 0) -> nn.Module:
    """A head from `width` to `size` units (0 = `width`).

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
