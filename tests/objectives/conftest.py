"""A small encoder in double precision and a batch of pairs built the real way."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from xlalign.hashing import text_hashes
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.recipe import DataOptions
from xlalign.objectives.requests import ViewName
from xlalign.objectives.views import TokenView
from xlalign.training.tokens import Tokens
from xlalign.training.views import SpecialTokens, draws, masked, rows

FRAME = SpecialTokens(np.array([2]), np.array([3]), np.array([3]), 4, np.arange(5, 40))


@pytest.fixture
def encoder() -> Encoder:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=40,
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.2,
    )
    return Encoder(BertForMaskedLM(config)).double()


@pytest.fixture
def make_batch() -> Callable[..., TrainingBatch]:
    def make(count: int = 6, seed: int = 0, *, equal: bool = False, rate: float = 0.3) -> TrainingBatch:
        """`count` pairs of random tokens; with `equal` the first two pairs are the same."""
        generator = np.random.default_rng(seed)
        texts = [generator.integers(5, 40, generator.integers(2, 9)) for _ in range(2 * count)]
        if equal:
            texts[2:4] = texts[0:2]
        borders = np.concatenate(([0], np.cumsum([len(t) for t in texts])))
        words = np.concatenate([np.arange(len(t)) for t in texts]).astype(np.int32)
        names = text_hashes([" ".join(map(str, t)) for t in texts])
        tokens = Tokens(np.concatenate(texts).astype(np.int32), borders, words, names)
        options = DataOptions(mask_rate=rate)
        even, odd = 2 * np.arange(count), 2 * np.arange(count) + 1
        plain: dict[str, TokenView] = {
            "source": rows((tokens, even), None, FRAME, options),
            "target": rows((tokens, odd), None, FRAME, options),
            "concat": rows((tokens, even), (tokens, odd), FRAME, options),
            "mono": rows((tokens, even), None, FRAME, options),
        }
        rounds = np.zeros(count, np.int64)
        views: dict[ViewName, TokenView] = {
            name: masked(view, FRAME, options, draws(seed, name, names[even], rounds)) for name, view in plain.items()
        }
        return TrainingBatch(tuple(map(str, range(count))), views)

    return make
