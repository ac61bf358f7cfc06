"""Sentence vectors of a frozen teacher, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign import progress
from xlalign.modeling import packing
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.options import DataOptions
from xlalign.objectives.pooled import Pooling, sentence_vectors
from xlalign.training.tokens import tokenise
from xlalign.training.views import Frame, rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BLOCK = 256
"""Sentences encoded between two reports of progress."""


def sentence_matrix(
    encoder: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    options: DataOptions,
    *,
    layer: int = -1,
    pooling: Pooling = "mean",
) -> NDArray[np.float32]:
    """One vector (n, D) a text, without dropout and without gradient."""
    tokens = tokenise(texts, tokenizer).cut(min(options.max_length, encoder.longest) - 2)
    frame, training = Frame.of(tokenizer), encoder.training
    device = next(encoder.parameters()).device
    vectors = np.empty((len(texts), encoder.hidden_size), np.float32)
    encoder.eval()
    with torch.no_grad(), progress.task("encode with the teacher", len(texts), "sentences") as bar:
        for start in range(0, len(texts), BLOCK):
            chosen = np.arange(start, min(start + BLOCK, len(texts)))
            view = rows(tokens, chosen, None, frame, options)
            plan = packing.layout(view.lengths, packing.CHUNK.get(device.type, 4096)).to(device)
            view = view.to(device)
            states = encoder(view.ids, view.positions, view.types, plan)
            vectors[chosen] = sentence_vectors(states, view, layer, pooling).float().cpu().numpy()
            bar.advance(len(chosen))
    encoder.train(training)
    return vectors
