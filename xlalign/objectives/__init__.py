"""Training objectives and the presets that combine them; nothing heavy is imported here.

An objective is one folder with `options.py` (what it asks for; light) and `loss.py`, and one row here that points to
the options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.objectives.options import ObjectiveOptions

OBJECTIVES: Registry[type[ObjectiveOptions]] = Registry(
    "objective",
    {
        "token-prediction": "xlalign.objectives.token_prediction.options:TokenPredictionOptions",
        "sequence-contrast": "xlalign.objectives.sequence_contrast.options:SequenceContrastOptions",
        "word-alignment": "xlalign.objectives.word_alignment.options:WordAlignmentOptions",
        "embedding-alignment": "xlalign.objectives.embedding_alignment.options:EmbeddingAlignmentOptions",
        "distillation": "xlalign.objectives.distillation.options:DistillationOptions",
        "anchor": "xlalign.objectives.anchor.options:AnchorOptions",
    },
    "xlalign.objectives",
)
