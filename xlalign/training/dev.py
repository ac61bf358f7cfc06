"""A dev score for pretraining that touches no test set: retrieval among the held-out pairs of the bitext."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlalign.modeling.encoder import Encoder
from xlalign.objectives.options import DataOptions
from xlalign.training.corpus import PairData, read_pairs
from xlalign.training.hashing import mix
from xlalign.training.vectors import sentence_matrix
from xlalign.training.views import Frame

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CANDIDATES = 200
"""Pairs of one language pair that are told apart."""


class DevRetrieval:
    """Share of dev sentences whose nearest neighbour (cosine, mean-pooled last layer) is their translation.

    Args:
        data: dev pairs.
        encoder: the encoder in training.
        frame: special tokens.
        options: longest row.
    """

    def __init__(self, data: PairData, encoder: Encoder, frame: Frame, options: DataOptions) -> None:
        self.encoder, self.frame, self.options = encoder, frame, options
        order = np.argsort(mix(0, data.hashes), kind="stable")
        self.groups = [order[data.groups[order] == g][:CANDIDATES] for g in np.unique(data.groups)]
        self.tokens = [data.tokens.select(2 * np.concatenate(self.groups) + side) for side in (0, 1)]

    def __call__(self, step: int) -> dict[str, float]:
        """The mean over language pairs and directions, "retrieval"."""
        source, target = (sentence_matrix(self.encoder, t, self.frame, self.options) for t in self.tokens)
        borders = np.cumsum([len(group) for group in self.groups])[:-1]
        scores = [found(x, y) for x, y in zip(np.split(source, borders), np.split(target, borders), strict=True)]
        return {"retrieval": float(np.mean(scores))}


def found(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    """Mean of both directions' share of rows (n, D) whose cosine-nearest row on the other side is their own."""
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-12) for side in (x, y))
    similarity, own = x @ y.T, np.arange(len(x))
    return float(((similarity.argmax(1) == own).mean() + (similarity.argmax(0) == own).mean()) / 2)


def dev_retrieval(
    bitext: Path, tokenizer: PreTrainedTokenizerBase, encoder: Encoder, options: DataOptions
) -> DevRetrieval | None:
    """The score for a bitext artifact; None where it has no dev pairs."""
    if not any((bitext / "dev").glob("*.parquet")):
        return None
    data = read_pairs(bitext, tokenizer, options, split="dev")
    return DevRetrieval(data, encoder, Frame.of(tokenizer), options)
