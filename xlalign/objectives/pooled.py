"""Sentence vectors of a view."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from xlalign.modeling.encoder import States
from xlalign.objectives.batch import TokenView

Pooling = Literal["cls", "mean", "content"]


def sentence_vectors(states: States, view: TokenView, layer: int, pooling: Pooling) -> Tensor:
    """One vector (B, D) a row: its first token, the mean of all, or the mean without special tokens."""
    if pooling == "cls":
        return states.tokens(layer, view.starts)
    if pooling == "mean":
        positions = torch.arange(len(view.rows), device=view.rows.device)
        return states.mean(layer, positions, view.rows, view.count)
    own = view.content.nonzero()[:, 0]
    return states.mean(layer, own, view.rows[own], view.count)
