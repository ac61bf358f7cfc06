"""From similarities to links, for a batch of padded matrices at once.

Letters: B pairs, S source and T target units (subwords or words). Every rule takes similarities (B, S, T) and `real`
(B, S, T), true on the cells that are no padding, and gives links (B, S, T) bool or weights (B, S, T).

          x    y    z         mutual_argmax: a-x and c-y; b and z prefer x and b, which prefer a and x
    a    .9   .2   .05        itermax, alpha = .9, second round: b is free and x is not, so b-x counts .9 x .8 = .72,
    b    .8   .7   .1             b-y .63, b-z .1 (both free, as it is); a-x and c-x have two linked units: 0.
    c    .1   .75  .1             b-x is the best of its row and of its column now, and becomes the third link
"""

from __future__ import annotations

import torch
from torch import Tensor


def best_per_row(values: Tensor, real: Tensor) -> Tensor:
    """The highest real cell of every row (the first one on ties), as a mask."""
    best = values.masked_fill(~real, -torch.inf).argmax(dim=2, keepdim=True)
    return torch.zeros_like(real).scatter_(2, best, True) & real


def best_per_column(values: Tensor, real: Tensor) -> Tensor:
    """The highest real cell of every column (the first one on ties), as a mask."""
    best = values.masked_fill(~real, -torch.inf).argmax(dim=1, keepdim=True)
    return torch.zeros_like(real).scatter_(1, best, True) & real


def mutual_argmax(values: Tensor, real: Tensor) -> Tensor:
    """Cells that are the highest of their row and of their column (`inter` of SimAlign)."""
    return best_per_row(values, real) & best_per_column(values, real)


def itermax(similarity: Tensor, real: Tensor, rounds: int = 2, alpha: float = 0.9) -> Tensor:
    """Mutual argmax, repeated on what is left (Jalili Sabet et al. 2020, arXiv 2004.08728, section 3.2).

    After a round, similarities of cells with one linked unit count `alpha` times and cells with two linked units not at
    all. A pair with at most two units on a side, or with a side all linked, stays as it is, as in their program.

    Args:
        similarity: not negative, or `alpha` would raise it.
        real: the cells that are no padding.
        rounds: of mutual argmax.
        alpha: weight of a cell whose row or column is linked.
    """
    links = mutual_argmax(similarity, real)
    rows, columns = real.any(dim=2), real.any(dim=1)
    large = torch.minimum(rows.sum(dim=1), columns.sum(dim=1)) > 2
    for _ in range(rounds - 1):
        free_row, free_column = rows & ~links.any(dim=2), columns & ~links.any(dim=1)
        either = free_row[:, :, None] | free_column[:, None, :]
        both = free_row[:, :, None] & free_column[:, None, :]
        weight = torch.where(both, 1.0, torch.where(either, alpha, 0.0)).to(similarity.dtype)
        unfinished = large & free_row.any(dim=1) & free_column.any(dim=1)
        links = links | (mutual_argmax(similarity * weight, real) & either & unfinished[:, None, None])
    return links


def softmax_both_ways(similarity: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """p(target | source) and p(source | target) of every cell, 0 in padding; gradients flow.

    Dou and Neubig (2021), awesome-align, equation 1, both ways.
    """
    # The lowest number instead of -inf: a row of padding alone must not make NaN, nor its gradient.
    hidden = similarity.masked_fill(~real, torch.finfo(similarity.dtype).min)
    return hidden.softmax(dim=2) * real, hidden.softmax(dim=1) * real


def sinkhorn_plan(similarity: Tensor, real: Tensor, rounds: int = 2) -> Tensor:
    """A transport plan: cells raised to at least 1e-6, then columns and rows divided by their sums, `rounds` times.

    Rows sum to 1 after every round, so a cell is at most 1 (Chi et al. 2021, XLM-Align, arXiv 2106.06381, section 3.2).
    """
    plan = similarity.clamp(min=1e-6) * real
    for _ in range(rounds):
        plan = plan / plan.sum(dim=1, keepdim=True).clamp(min=1e-30)
        plan = plan / plan.sum(dim=2, keepdim=True).clamp(min=1e-30)
    return plan


def transport_plan(
    cosine: Tensor, real: Tensor, regularisation: float = 0.1, marginal: float | None = None, iterations: int = 50
) -> Tensor:
    """The entropic optimal transport plan between uniform distributions, times the number of source units.

    Arase et al. (2023), OTAlign: cost (1 - cosine) / 2. Computed in log space.

    Args:
        cosine: of every cell.
        real: the cells that are no padding.
        regularisation: weight of the entropy.
        marginal: strength that holds the marginals in the unbalanced problem (Chizat et al. 2018); None keeps them
            exactly.
        iterations: of Sinkhorn's algorithm.
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
    return (kernel + u[:, :, None] + v[:, None, :]).exp() * rows.sum(dim=1)[:, None, None]


def heaviest_matching(similarity: Tensor, real: Tensor) -> Tensor:
    """The assignment of maximal total similarity (`mwmf` of SimAlign): every unit of the shorter side has one link."""
    from scipy.optimize import linear_sum_assignment

    values = similarity.double().cpu().numpy()
    links = torch.zeros(real.shape, dtype=torch.bool)
    sizes = torch.stack([real.any(dim=2).sum(dim=1), real.any(dim=1).sum(dim=1)], dim=1)
    for pair, (rows, columns) in enumerate(sizes.tolist()):
        chosen = linear_sum_assignment(values[pair, :rows, :columns], maximize=True)
        links[pair, torch.from_numpy(chosen[0]), torch.from_numpy(chosen[1])] = True
    return links.to(real.device)
