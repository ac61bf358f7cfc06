"""What differs between encoders: one object a family, found by the `model_type` of a configuration."""

from __future__ import annotations

from typing import Any

from xlalign.modeling.families.base import Family
from xlalign.registry import Registry

_HERE = "xlalign.modeling.families"
FAMILIES: Registry[Family] = Registry(
    "encoder family",
    {
        "albert": f"{_HERE}.bert:ALBERT",
        "bert": f"{_HERE}.bert:BERT",
        "camembert": f"{_HERE}.roberta:ROBERTA",
        "data2vec-text": f"{_HERE}.roberta:ROBERTA",
        "deberta-v2": f"{_HERE}.bert:DEBERTA",
        "distilbert": f"{_HERE}.bert:DISTILBERT",
        "electra": f"{_HERE}.bert:ELECTRA",
        "ernie": f"{_HERE}.bert:BERT",
        "eurobert": f"{_HERE}.rotary:EUROBERT",
        "gemma": f"{_HERE}.decoders:DECODER",
        "gemma2": f"{_HERE}.decoders:DECODER",
        "gemma3_text": f"{_HERE}.decoders:DECODER",
        "gte": f"{_HERE}.rotary:GTE",
        "jina_embeddings_v3": f"{_HERE}.rotary:GTE",
        "llama": f"{_HERE}.decoders:DECODER",
        "m2m_100": f"{_HERE}.seq2seq:SEQ2SEQ",
        "mistral": f"{_HERE}.decoders:DECODER",
        "modernbert": f"{_HERE}.modernbert:MODERNBERT",
        "mpnet": f"{_HERE}.roberta:MPNET",
        "mt5": f"{_HERE}.seq2seq:SEQ2SEQ",
        "nomic_bert": f"{_HERE}.rotary:NOMIC",
        "qwen2": f"{_HERE}.decoders:DECODER",
        "qwen3": f"{_HERE}.decoders:DECODER",
        "rembert": f"{_HERE}.bert:REMBERT",
        "roberta": f"{_HERE}.roberta:ROBERTA",
        "roformer": f"{_HERE}.bert:ROFORMER",
        "smollm3": f"{_HERE}.decoders:DECODER",
        "t5": f"{_HERE}.seq2seq:SEQ2SEQ",
        "umt5": f"{_HERE}.seq2seq:SEQ2SEQ",
        "xlm-roberta": f"{_HERE}.roberta:ROBERTA",
        "xlm-roberta-xl": f"{_HERE}.roberta:ROBERTA",
        "xmod": f"{_HERE}.roberta:XMOD",
    },
    "xlalign.families",
)
"""Every family that is known: model_type -> Family. An encoder of any other is padded, which is always right."""

UNLISTED = Family(packed=False)


def family_of(config: Any) -> Family:
    """The family of a transformers configuration; `UNLISTED` where there is none."""
    return FAMILIES.get(config.model_type) if config.model_type in FAMILIES else UNLISTED
