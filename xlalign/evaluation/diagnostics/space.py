"""Measures of a cloud of sentence vectors, or of two parallel ones."""

from __future__ import annotations

import numpy as np

from xlalign.evaluation.retrieval import adjusted, mean_similarity
from xlalign.modeling.embed import unit_rows

PROBE_PENALTY = 1.0
"""Ridge penalty of the language probe, on vectors scaled to unit variance."""


def cka(x: np.ndarray, y: np.ndarray) -> float:
    """Linear centred kernel alignment of parallel vectors (Kornblith et al. 2019, equation 3), in [0, 1].

    ||Y'X||_F^2 / (||X'X||_F ||Y'Y||_F) for column-centred X (N, D) and Y (N, E).
    """
    x, y = x - x.mean(0), y - y.mean(0)
    # D x E numbers in place of two N x N matrices of similarities, whose product has the same trace.
    cross = np.linalg.norm(y.T @ x) ** 2
    own = float(np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))
    return float(cross / max(own, 1e-30))


def debiased_cka(x: np.ndarray, y: np.ndarray) -> float:
    """CKA with the unbiased HSIC (Song et al. 2012, equation 5): about 0 for unrelated x and y even when N < D."""
    k, m = _hollow_gram(x), _hollow_gram(y)
    return float(_hsic(k, m) / np.sqrt(max(_hsic(k, k) * _hsic(m, m), 1e-30)))


def mean_cosine(x: np.ndarray) -> float:
    """Mean cosine over all pairs of different rows; 0 for an isotropic space."""
    unit = unit_rows(x)
    n = len(unit)
    # |sum of u|^2 is the sum over all n^2 pairs of their cosine; the n of a row with itself are 1 each.
    return float((np.linalg.norm(unit.sum(0)) ** 2 - n) / (n * (n - 1)))


def effective_rank(x: np.ndarray) -> float:
    """Exponential of the entropy of the covariance's normalised eigenvalues (Roy and Vetterli 2007), 1 to D."""
    values = np.linalg.svd(x - x.mean(0), compute_uv=False) ** 2
    # Eigenvalues 1 1 0 give the shares 1/2 1/2 and the entropy log 2: an effective rank of 2.
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def dominance(x: np.ndarray, dimensions: int = 3) -> float:
    """Share of the mean cosine that the largest dimensions contribute (Timkey and van Schijndel 2021, section 3)."""
    unit = unit_rows(x)
    n = len(unit)
    contributions = (unit.sum(0) ** 2 - (unit**2).sum(0)) / (n * (n - 1))
    total = contributions.sum()
    return float(np.sort(contributions)[-dimensions:].sum() / total) if total else 0.0


def gold_margin(x: np.ndarray, y: np.ndarray, k: int = 4) -> float:
    """Mean ratio margin of the true pairs of unit vectors; 1 = no nearer than the neighbours."""
    cosine = (x * y).sum(1)
    return float(adjusted(cosine, mean_similarity(x, y, k), mean_similarity(y, x, k), "margin").mean())


def mean_rank(x: np.ndarray, y: np.ndarray) -> float:
    """Mean rank of the true y among all y by cosine; 1 is best."""
    cosine = x @ y.T
    # Rank = 1 + how many are nearer; ties count for the true one.
    return float((cosine > np.diag(cosine)[:, None]).sum(1).mean() + 1)


def parallel_auc(x: np.ndarray, y: np.ndarray) -> float:
    """Probability that a true pair is nearer than a random one with the same x (0.5 = chance)."""
    cosine = x @ y.T
    true = np.diag(cosine)[:, None]
    # Each of the n true pairs equals itself, which is no tie with a random pair.
    wins = (cosine < true).sum() + 0.5 * ((cosine == true).sum() - len(x))
    return float(wins / (len(x) * (len(x) - 1)))


def language_probe(clouds: list[np.ndarray]) -> float:
    """Accuracy of a linear probe that tells the languages apart, two-fold; 1 / languages is chance, lower is better.

    Ridge regression on one-hot languages, trained on the even rows and tested on the odd ones, and the reverse.

    Args:
        clouds: vectors (N, D) of each language.
    """
    x = np.concatenate(clouds)
    labels = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    even = np.concatenate([np.arange(len(cloud)) % 2 == 0 for cloud in clouds])
    return float(np.mean([_probe(x, labels, part) for part in (even, ~even)]))


def _probe(x: np.ndarray, labels: np.ndarray, train: np.ndarray) -> float:
    mean, scale = x[train].mean(0), x[train].std(0) + 1e-8
    features = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    targets = np.eye(labels.max() + 1)[labels]
    gram = features[train].T @ features[train] + PROBE_PENALTY * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, features[train].T @ targets[train])
    return float(((features[~train] @ weights).argmax(1) == labels[~train]).mean())


def _hollow_gram(x: np.ndarray) -> np.ndarray:
    gram = x @ x.T
    # A sentence is most like itself, whatever the encoder: the diagonal is what biases CKA where N < D.
    np.fill_diagonal(gram, 0.0)
    return gram


def _hsic(k: np.ndarray, m: np.ndarray) -> float:
    n = len(k)
    trace = (k * m).sum()
    sums = k.sum() * m.sum() / ((n - 1) * (n - 2))
    rows = 2 * (k.sum(0) @ m.sum(0)) / (n - 2)
    return float((trace + sums - rows) / (n * (n - 3)))
