"""Word links that an encoder finds itself, for a whole batch at once.

Shapes everywhere: similarity (B, S, T) of S source and T target tokens, real (B, S, T) bool -> (B, S, T) bool links.
"""

from __future__ import annotations

import torch
from torch import Tensor

ALPHA = 0.9
"""IterMax: factor on cells whose row or column is linked already (Jalili Sabet et al., arXiv 2004.08728)."""


def mutual(similarity: Tensor, real: Tensor) -> Tensor:
    """Cells that are the largest of their row and of their column (the first one on ties)."""
    hidden = similarity.masked_fill(~real, -torch.inf)
    forward = torch.zeros_like(real).scatter_(2, hidden.argmax(2, keepdim=True), True)
    backward = torch.zeros_like(real).scatter_(1, hidden.argmax(1, keepdim=True), True)
    return forward & backward & real


def itermax(similarity: Tensor, real: Tensor, rounds: int = 2) -> Tensor:
    """Mutual argmax, then again with linked cells out and half-linked ones weakened."""
    links = mutual(similarity, real)
    sizes = real.any(2).sum(1), real.any(1).sum(1)
    large = (torch.minimum(*sizes) > 2)[:, None, None]
    for _ in range(rounds - 1):
        free_row = ~links.any(2, keepdim=True)
        free_column = ~links.any(1, keepdim=True)
        weight = (ALPHA * free_row + ALPHA * free_column).clamp(max=1.0)
        open_ = (free_row & real).any((1, 2)) & (free_column & real).any((1, 2))
        found = mutual(similarity * weight.to(similarity.dtype), real)
        links = links | (found & (free_row | free_column) & open_[:, None, None] & large)
    return links


def sinkhorn(similarity: Tensor, real: Tensor, rounds: int = 2) -> Tensor:
    """A transport plan: non-positive cells raised to 1e-6, then columns and rows divided by their sums.

    Rows sum to 1 after every round (XLM-Align, arXiv 2106.06381).
    """
    plan = similarity.clamp(min=1e-6) * real
    for _ in range(rounds):
        plan = plan / plan.sum(1, keepdim=True).clamp(min=1e-30)
        plan = plan / plan.sum(2, keepdim=True).clamp(min=1e-30)
    return plan


def both_ways(similarity: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Softmax over the targets of each source token, and over the sources of each target token."""
    hidden = similarity.masked_fill(~real, torch.finfo(similarity.dtype).min)
    return hidden.softmax(2) * real, hidden.softmax(1) * real


def links(similarity: Tensor, real: Tensor, method: str, threshold: float) -> Tensor:
    """Links by argmax, itermax, sinkhorn (followed by itermax) or softmax (both ways above the threshold)."""
    if method == "argmax":
        return mutual(similarity, real)
    if method == "softmax":
        forward, backward = both_ways(similarity, real)
        return (forward > threshold) & (backward > threshold)
    return itermax(sinkhorn(similarity, real) if method == "sinkhorn" else similarity, real)
