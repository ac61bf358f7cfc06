"""Sentence and word vectors from token vectors."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Pooling = Literal["cls", "mean"]


def pool(hidden: Tensor, mask: Tensor, how: Pooling) -> Tensor:
    """One vector a row of a padded batch.

    Shapes: hidden (B, T, D), mask (B, T) with 1 for tokens that count -> (B, D), with B rows of T tokens. A row
    without any counted token gives zeros under "mean".
    """
    if how == "cls":
        return hidden[:, 0]
    weight = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)


def segment_mean(vectors: Tensor, segments: Tensor, count: int) -> Tensor:
    """Mean of the vectors of each segment.

    Shapes: vectors (M, D), segments (M,) with values below `count` -> (count, D); an empty segment gives zeros.
    """
    total = vectors.new_zeros(count, vectors.shape[1]).index_add_(0, segments, vectors)
    sizes = torch.bincount(segments, minlength=count).clamp(min=1)
    return total / sizes.unsqueeze(1).to(vectors.dtype)
