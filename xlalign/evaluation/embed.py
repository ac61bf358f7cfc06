"""Sentence vectors at stated layers and poolings, each distinct sentence encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from xlalign.evaluation.encoding import EncodedRows, token_batches
from xlalign.evaluation.options import Pooling
from xlalign.evaluation.packed import PackedRows, pack
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.packing import CHUNK
from xlalign.modeling.pooling import segment_mean


class Point(NamedTuple):
    """Where a sentence vector is taken: hidden state 0 (embeddings) to L, and how tokens become one vector."""

    layer: int
    pooling: Pooling

    @property
    def label(self) -> str:
        """The point in a signature: `layer=3,pool=mean`."""
        return f"layer={self.layer},pool={self.pooling}"


def points(layers: int) -> list[Point]:
    """Every hidden state of an encoder with `layers` blocks, with every pooling."""
    return [Point(layer, pooling) for layer in range(layers + 1) for pooling in ("mean", "inner", "cls")]


def embed(
    encoder: Encoder, tokenizer: Any, texts: Sequence[str], wanted: Sequence[Point], max_length: int
) -> dict[Point, np.ndarray]:
    """Unit vectors of the texts at each wanted point, {point: (N, D)}."""
    distinct = list(dict.fromkeys(texts))
    rows = {text: row for row, text in enumerate(distinct)}
    order = [rows[text] for text in texts]
    vectors = _embed(encoder, tokenizer, distinct, wanted, max_length)
    return {point: normalised(matrix)[order] for point, matrix in vectors.items()}


def normalised(matrix: np.ndarray) -> np.ndarray:
    """Rows of length one; a zero row stays zero."""
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)


def _embed(
    encoder: Encoder, tokenizer: Any, texts: list[str], wanted: Sequence[Point], max_length: int
) -> dict[Point, np.ndarray]:
    batch = tokenizer(texts, truncation=True, max_length=min(max_length, encoder.longest))
    encoded = EncodedRows(batch["input_ids"], batch.get("token_type_ids"), [], list(range(len(texts))))
    found = {point: np.empty((len(texts), encoder.hidden_size), dtype=np.float32) for point in wanted}
    device = next(encoder.parameters()).device
    encoder.eval()
    with torch.no_grad():
        for rows in token_batches(encoded.lengths(), CHUNK.get(device.type, CHUNK["cuda"])):
            packed = pack(encoded, rows, device.type).to(device)
            states = packed.states(encoder)
            for point, matrix in found.items():
                matrix[rows] = _pool(states.tokens(point.layer), packed, point.pooling).float().cpu().numpy()
    return found


def _pool(vectors: Tensor, packed: PackedRows, pooling: Pooling) -> Tensor:
    if pooling == "cls":
        return vectors[packed.starts]
    if pooling == "mean":
        return segment_mean(vectors, packed.rows, len(packed.lengths))
    last = torch.tensor(packed.lengths, device=vectors.device)[packed.rows] - 1
    inner = (packed.positions > 0) & (packed.positions < last)
    return segment_mean(vectors[inner], packed.rows[inner], len(packed.lengths))
