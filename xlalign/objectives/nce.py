"""Noise-contrastive losses, negatives, and what is logged of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

Form = Literal["infonce", "decoupled"]


def contrast(anchors: Tensor, keys: Tensor, negatives: Tensor, temperature: float, form: Form = "infonce") -> Tensor:
    """The loss of each anchor.

    Shapes: anchors, keys (n, P), row i of both a positive pair; negatives (n, m) similarities, -inf where a
    candidate is none -> (n,). An anchor without any negative has loss 0.
    """
    with torch.autocast(anchors.device.type, enabled=False):
        alone = torch.isneginf(negatives).all(1)
        positive = (anchors * keys).sum(1) / temperature
        others = torch.logsumexp(negatives.masked_fill(alone[:, None], 0.0) / temperature, dim=1)
        # -log(e^p / (e^p + sum e^n)) = log(1 + e^(others - p)), which softplus computes without overflow; without the
        # positive in the denominator (decoupled) it is others - p itself.
        gap = others - positive
        return (gap if form == "decoupled" else F.softplus(gap)).masked_fill(alone, 0.0)


def in_batch(anchors: Tensor, keys: Tensor, equal: Tensor, *, joint: bool, equal_anchors: Tensor) -> Tensor:
    """Similarities of every anchor with the keys, and with the other anchors if `joint`; -inf at the anchor's own.

    Shapes: anchors, keys (n, P); equal, equal_anchors (n, n) bool, further candidates that are none
    -> (n, n) or (n, 2n).
    """
    with torch.autocast(anchors.device.type, enabled=False):
        own = torch.eye(len(anchors), dtype=torch.bool, device=anchors.device)
        parts = [(anchors @ keys.T).masked_fill(own | equal, -torch.inf)]
        if joint:
            parts.append((anchors @ anchors.T).masked_fill(own | equal_anchors, -torch.inf))
        return torch.cat(parts, dim=1)


def both_ways(x: Tensor, y: Tensor, names: Sequence[Tensor], temperature: float, *, joint: bool) -> Tensor:
    """InfoNCE with the rows of either side as anchors, within the batch.

    Shapes: x, y (n, P), row i of both a positive pair; names two of (n,): rows with one name on a side are no
    negatives of each other -> (2n,), first those of x.
    """
    equal = [same(own, own) for own in names]
    sides = ((x, y, equal[1], equal[0]), (y, x, equal[0], equal[1]))
    return torch.cat(
        [
            contrast(a, b, in_batch(a, b, other, joint=joint, equal_anchors=own), temperature)
            for a, b, other, own in sides
        ]
    )


def same(left: Tensor, right: Tensor) -> Tensor:
    """(n, m) bool, where entries of (n,) and (m,) are equal."""
    return left[:, None] == right[None, :]


@torch.no_grad()
def diagnostics(anchors: Tensor, keys: Tensor, similarity: str = "cos") -> dict[str, Tensor]:
    """In-batch retrieval accuracy, alignment and uniformity (Wang and Isola 2020) of anchors and keys (n, P).

    Alignment is the mean squared distance of a pair on the unit sphere (0 = equal), uniformity the log of the mean
    of exp(-2 d^2) over the anchors' mutual distances d (the lower, the more evenly they are spread).
    """
    accuracy = ((anchors @ keys.T).argmax(1) == torch.arange(len(keys), device=keys.device)).float().mean()
    if similarity != "cos":
        anchors, keys = F.normalize(anchors, dim=1), F.normalize(keys, dim=1)
    # On the unit sphere |x - y|^2 = 2 - 2 x.y.
    distances = (2 - 2 * anchors @ anchors.T).fill_diagonal_(torch.inf)
    # n rows have n (n - 1) ordered pairs; the infinite diagonal counts as exp(-inf) = 0.
    uniformity = (-2 * distances).exp().sum().div(max(1, len(keys) * (len(keys) - 1))).log()
    return {
        "accuracy": accuracy,
        "alignment": (anchors - keys).square().sum(1).mean(),
        "uniformity": uniformity,
    }
