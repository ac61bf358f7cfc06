"""A tiny random encoder of every family, with weights large enough for mistakes to show."""

import os
from typing import Any

import torch
import transformers

from xlalign.modeling.families import family_of
from xlalign.modeling.loading import quiet

Options = dict[str, Any]

LAYERS = int(os.environ.get("XLALIGN_LAYERS", "3"))
"""Of every encoder; `nox -s families` has 12."""
SPREAD = 0.3 if LAYERS < 6 else 0.15
"""Of the weights: rounding grows through layers of wide ones."""
TINY: Options = {
    "vocab_size": 60, "hidden_size": 24, "num_hidden_layers": LAYERS, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 90, "pad_token_id": 1, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2,
    "sep_token_id": 3, "type_vocab_size": 2, "initializer_range": SPREAD, "embedding_size": 16,
}  # fmt: skip
GROUPED: Options = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 6}
ENCODER_DECODER: Options = {
    "d_model": 24,
    "pad_token_id": 1,
    "eos_token_id": 3,
    "vocab_size": 60,
    "decoder_start_token_id": 1,
}
T5 = ENCODER_DECODER | {"d_kv": 12, "d_ff": 32, "num_layers": LAYERS, "num_decoder_layers": 1, "num_heads": 2}
OWN: dict[str, Options] = {
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2},
    "distilbert": {"dim": 24, "n_layers": LAYERS, "n_heads": 2, "hidden_dim": 32},
    "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8},
    "xmod": {"languages": ["en_XX", "de_DE"]},
    "eurobert": GROUPED,
    "gemma3_text": GROUPED | {"sliding_window": 8},
    "m2m_100": ENCODER_DECODER
    | {
        "encoder_layers": LAYERS, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "max_position_embeddings": 90, "init_std": SPREAD,
    },
    "t5": T5, "mt5": T5, "umt5": T5,
}  # fmt: skip
for decoder in ("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "smollm3"):
    OWN[decoder] = GROUPED
OWN["gemma3_text"]["layer_types"] = (["sliding_attention", "full_attention"] * LAYERS)[:LAYERS]
WHOLE = ("m2m_100", "t5", "mt5", "umt5")
"""Models whose configuration has other names for everything."""


def config(kind: str, **changes: Any) -> transformers.PretrainedConfig:
    shared = {} if kind in WHOLE else TINY
    return transformers.AutoConfig.for_model(kind, **(shared | OWN.get(kind, {}) | changes))


def model(kind: str, headed: bool = True, **changes: Any) -> transformers.PreTrainedModel:
    torch.manual_seed(1)
    own = config(kind, **changes)
    with quiet():
        net = getattr(transformers, family_of(own).loader("", headed)).from_config(own).eval()
    family_of(own).prepare(net)
    return net
