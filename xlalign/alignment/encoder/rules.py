"""Links and their scores from a batch of similarity matrices, by the rules of `modeling.link_rules`.

Letters: B pairs, S source and T target units, padded. Every rule takes similarities (B, S, T) and a mask of the real
cells. The rules of Jalili Sabet et al. (2020), SimAlign, agree with their package.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from xlalign.modeling import link_rules


class Chosen(NamedTuple):
    """links (B, S, T) bool, scores (B, S, T) in [0, 1]."""

    links: Tensor
    scores: Tensor


def unit(cosine: Tensor) -> Tensor:
    """Cosine in [-1, 1] to similarity in [0, 1]."""
    return (cosine + 1) / 2


def argmax(cosine: Tensor, real: Tensor) -> Chosen:
    """Mutual argmax (`inter` of SimAlign)."""
    similarity = unit(cosine)
    return Chosen(link_rules.mutual_argmax(similarity, real), similarity)


def forward(cosine: Tensor, real: Tensor) -> Chosen:
    """The best target of every source unit (`fwd`)."""
    similarity = unit(cosine)
    return Chosen(link_rules.best_per_row(similarity, real), similarity)


def reverse(cosine: Tensor, real: Tensor) -> Chosen:
    """The best source of every target unit (`rev`)."""
    similarity = unit(cosine)
    return Chosen(link_rules.best_per_column(similarity, real), similarity)


def itermax(cosine: Tensor, real: Tensor, rounds: int = 2, alpha: float = 0.9) -> Chosen:
    """Mutual argmax, repeated on what is left."""
    similarity = unit(cosine)
    return Chosen(link_rules.itermax(similarity, real, rounds, alpha), similarity)


def match(cosine: Tensor, real: Tensor) -> Chosen:
    """The assignment of maximal total similarity (`mwmf`)."""
    similarity = unit(cosine)
    return Chosen(link_rules.heaviest_matching(similarity, real), similarity)


def softmax(dots: Tensor, real: Tensor, threshold: float = 1e-3) -> Chosen:
    """Cells whose row softmax and column softmax of the dot product both exceed `threshold`.

    Dou and Neubig (2021), awesome-align; the score is the harmonic mean of the two probabilities.
    """
    row, column = link_rules.softmax_both_ways(dots.float(), real)
    score = 2 * row * column / (row + column).clamp_min(1e-30)
    return Chosen((row > threshold) & (column > threshold) & real, score)


def sinkhorn(dots: Tensor, real: Tensor, iterations: int = 2) -> Chosen:
    """Mutual argmax of the Sinkhorn plan of dot products (XLM-Align); we encode the two sentences apart."""
    plan = link_rules.sinkhorn_plan(dots.float(), real, iterations)
    return Chosen(link_rules.mutual_argmax(plan, real), plan)


def transport(cosine: Tensor, real: Tensor, regularisation: float = 0.1, marginal: float | None = None) -> Chosen:
    """Mutual argmax of the entropic optimal transport plan between uniform distributions (OTAlign)."""
    plan = link_rules.transport_plan(cosine, real, regularisation, marginal)
    return Chosen(link_rules.mutual_argmax(plan, real), plan.clamp(0.0, 1.0))
