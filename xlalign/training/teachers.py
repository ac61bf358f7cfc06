"""Sentence vectors of many texts, without dropout and without gradient."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign import progress
from xlalign.modeling import packing
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.options import DataOptions
from xlalign.objectives.pooled import sentence_vectors
from xlalign.training.tokens import Tokens
from xlalign.training.views import Frame, rows

BLOCK = 256
"""Sentences encoded between two reports of progress."""


def sentence_matrix(
    encoder: Encoder,
    tokens: Tokens,
    frame: Frame,
    options: DataOptions,
    *,
    layer: int = -1,
    pooling: Literal["cls", "mean", "content"] = "mean",
) -> NDArray[np.float32]:
    """One vector (n, D) a text of `tokens`."""
    tokens = tokens.cut(min(options.max_length, encoder.longest) - frame.single)
    device, training = next(encoder.parameters()).device, encoder.training
    vectors = np.empty((len(tokens), encoder.hidden_size), np.float32)
    encoder.eval()
    with torch.no_grad(), progress.task("encode", len(tokens), "sentences") as bar:
        for start in range(0, len(tokens), BLOCK):
            chosen = np.arange(start, min(start + BLOCK, len(tokens)))
            view = rows(tokens, chosen, None, frame, options)
            plan = packing.layout(view.lengths, packing.CHUNK.get(device.type, 4096)).to(device)
            view = view.to(device)
            states = encoder(view.ids, view.positions, view.types, plan, keep=(layer,))
            vectors[chosen] = sentence_vectors(states, view, layer, pooling).float().cpu().numpy()
            bar.advance(len(chosen))
    encoder.train(training)
    return vectors
