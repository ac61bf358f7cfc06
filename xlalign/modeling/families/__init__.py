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
        "distilbert": f"{_HERE}.bert:DISTILBERT",
        "electra": f"{_HERE}.bert:ELECTRA",
        "ernie": f"{_HERE}.bert:BERT",
        "modernbert": f"{_HERE}.modernbert:MODERNBERT",
        "roberta": f"{_HERE}.roberta:ROBERTA",
        "xlm-roberta": f"{_HERE}.roberta:ROBERTA",
        "xlm-roberta-xl": f"{_HERE}.roberta:ROBERTA",
    },
    "xlalign.families",
)
"""Every family that is known: model_type -> Family. An encoder of any other is padded, which is always right."""

UNLISTED = Family(packed=False)


def family_of(config: Any) -> Family:
    """The family of a transformers configuration; `UNLISTED` where there is none."""
    return FAMILIES.get(config.model_type) if config.model_type in FAMILIES else UNLISTED
