"""Training objectives and the presets that combine them; nothing heavy is imported here.

An objective is one file with a class derived from `base.Objective`, one options model in `options`, and one row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.objectives.base import Objective

OBJECTIVES: Registry[type[Objective]] = Registry(
    "objective",
    {
        "token-prediction": "xlalign.objectives.token_prediction:TokenPrediction",
        "sequence-contrast": "xlalign.objectives.sequence_contrast:SequenceContrast",
        "word-alignment": "xlalign.objectives.word_alignment:WordAlignment",
        "embedding-alignment": "xlalign.objectives.embedding_alignment:EmbeddingAlignment",
        "distillation": "xlalign.objectives.distillation:Distillation",
        "anchor": "xlalign.objectives.anchor:Anchor",
    },
    "xlalign.objectives",
)
