"""From a batch of similarity matrices to links. Letters: B pairs, M source and N target units, padded.

Every rule takes similarities (B, M, N) and a mask of the real cells, and returns the chosen cells (B, M, N) and a
score in [0, 1] for each cell. The rules of Jalili Sabet et al. (2020), SimAlign, agree with their package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Chosen(NamedTuple):
    """links (B, M, N) bool, scores (B, M, N) in [0, 1]."""

    links: Tensor
    scores: Tensor


Rule = Callable[[Tensor, Tensor], Chosen]


def unit(cosine: Tensor) -> Tensor:
    """Cosine in [-1, 1] to similarity in [0, 1]."""
    return (cosine + 1) / 2


def best_per_row(values: Tensor, real: Tensor) -> Tensor:
    """The highest real cell of every row, as a mask."""
    best = values.masked_fill(~real, -torch.inf).argmax(dim=2, keepdim=True)
    return torch.zeros_like(real).scatter_(2, best, True) & real


def best_per_column(values: Tensor, real: Tensor) -> Tensor:
    """The highest real cell of every column, as a mask."""
    return best_per_row(values.transpose(1, 2), real.transpose(1, 2)).transpose(1, 2)


def mutual(values: Tensor, real: Tensor) -> Tensor:
    """Cells that are the highest of their row and of their column."""
    return best_per_row(values, real) & best_per_column(values, real)


def argmax(cosine: Tensor, real: Tensor) -> Chosen:
    """Mutual argmax (`inter` of SimAlign)."""
    similarity = unit(cosine)
    return Chosen(mutual(similarity, real), similarity)


def forward(cosine: Tensor, real: Tensor) -> Chosen:
    """The best target of every source unit (`fwd`)."""
    similarity = unit(cosine)
    return Chosen(best_per_row(similarity, real), similarity)


def reverse(cosine: Tensor, real: Tensor) -> Chosen:
    """The best source of every target unit (`rev`)."""
    similarity = unit(cosine)
    return Chosen(best_per_column(similarity, real), similarity)


def itermax(cosine: Tensor, real: Tensor, rounds: int = 2, alpha: float = 0.9) -> Chosen:
    """Mutual argmax, repeated on what is left.

    After a round, similarities of cells with one linked unit count `alpha` times and cells with two linked units
    not at all. A pair with at most two units on a side, or with a side all linked, stays as it is.
    """
    similarity = unit(cosine)
    links = mutual(similarity, real)
    rows, columns = real.any(dim=2).sum(dim=1), real.any(dim=1).sum(dim=1)
    active = torch.minimum(rows, columns) > 2
    for _ in range(rounds - 1):
        free_row = real.any(dim=2) & ~links.any(dim=2)
        free_column = real.any(dim=1) & ~links.any(dim=1)
        active = active & free_row.any(dim=1) & free_column.any(dim=1)
        either = free_row[:, :, None] | free_column[:, None, :]
        both = free_row[:, :, None] & free_column[:, None, :]
        weight = torch.where(both, 1.0, torch.where(either, alpha, 0.0)).to(similarity.dtype)
        new = mutual(similarity * weight, real) & either & active[:, None, None]
        links = links | new
    return Chosen(links, similarity)


def match(cosine: Tensor, real: Tensor) -> Chosen:
    """The assignment of maximal total similarity (`mwmf`): every unit of the shorter side has one link."""
    from scipy.optimize import linear_sum_assignment

    similarity = unit(cosine)
    values = similarity.double().cpu().numpy()
    links = torch.zeros(real.shape, dtype=torch.bool)
    sizes = torch.stack([real.any(dim=2).sum(dim=1), real.any(dim=1).sum(dim=1)], dim=1)
    for pair, (rows, columns) in enumerate(sizes.tolist()):
        chosen = linear_sum_assignment(values[pair, :rows, :columns], maximize=True)
        links[pair, torch.from_numpy(chosen[0]), torch.from_numpy(chosen[1])] = True
    return Chosen(links.to(real.device), similarity)


def softmax(dots: Tensor, real: Tensor, threshold: float = 1e-3) -> Chosen:
    """Cells whose row softmax and column softmax of the dot product both exceed `threshold`.

    Dou and Neubig (2021), awesome-align; the score is the harmonic mean of the two probabilities.
    """
    masked = dots.float().masked_fill(~real, -torch.inf)
    row = masked.softmax(dim=2).nan_to_num(0.0)
    column = masked.softmax(dim=1).nan_to_num(0.0)
    score = 2 * row * column / (row + column).clamp_min(1e-30)
    return Chosen((row > threshold) & (column > threshold) & real, score)


def sinkhorn(dots: Tensor, real: Tensor, iterations: int = 2) -> Chosen:
    """Mutual argmax after normalising columns, then rows, `iterations` times.

    Chi et al. (2021), XLM-Align, on dot products clamped to at least 1e-6. We encode the two sentences apart.
    """
    plan = dots.float().clamp_min(1e-6) * real
    for _ in range(iterations):
        plan = plan / plan.sum(dim=1, keepdim=True).clamp_min(1e-30)
        plan = plan / plan.sum(dim=2, keepdim=True).clamp_min(1e-30)
    return Chosen(mutual(plan, real), plan)


def transport(
    cosine: Tensor, real: Tensor, regularisation: float = 0.1, marginal: float | None = None, iterations: int = 50
) -> Chosen:
    """Mutual argmax of the entropic optimal transport plan between uniform distributions.

    Arase et al. (2023), OTAlign: cost (1 - cosine) / 2; `marginal` is the strength that holds the marginals in the
    unbalanced problem (Chizat et al. 2018), None keeps them exactly. Computed in log space.
    """
    kernel = ((cosine.float() - 1) / 2 / regularisation).masked_fill(~real, -torch.inf)
    rows, columns = real.any(dim=2), real.any(dim=1)
    target_row = rows.float().div(rows.sum(dim=1, keepdim=True)).log()
    target_column = columns.float().div(columns.sum(dim=1, keepdim=True)).log()
    power = 1.0 if marginal is None else marginal / (marginal + regularisation)
    u, v = torch.zeros_like(target_row), torch.zeros_like(target_column)
    for _ in range(iterations):
        u = (power * (target_row - (kernel + v[:, None, :]).logsumexp(dim=2))).masked_fill(~rows, 0.0)
        v = (power * (target_column - (kernel + u[:, :, None]).logsumexp(dim=1))).masked_fill(~columns, 0.0)
    plan = (kernel + u[:, :, None] + v[:, None, :]).exp() * rows.sum(dim=1)[:, None, None]
    return Chosen(mutual(plan, real), plan.clamp(0.0, 1.0))
