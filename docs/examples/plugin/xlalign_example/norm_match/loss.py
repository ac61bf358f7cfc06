"""Norm match: a sentence and its translation get vectors of the same length.

Inputs: the views `source` and `target` of a pair.

Shapes: n pairs, sentence vectors (n, D).

Equation: the mean over pairs of (|x_i| - |y_i|)^2 with x_i, y_i the means of the token vectors.

Options: `NormMatchOptions`.
"""

from __future__ import annotations

from torch import Tensor

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.pooling import pool
from xlalign.objectives.base import LossOutput, Objective
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths
from xlalign_example.norm_match.options import NormMatchOptions


class NormMatch(Objective):
    """Squared difference of the lengths of two sentence vectors."""

    def __init__(self, options: NormMatchOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over pairs."""
        source, target = (self._lengths(view, batch, encoders) for view in ("source", "target"))
        loss = (source - target).square().mean()
        return LossOutput(loss, len(source), {"loss": loss.detach()})

    def _lengths(self, name: str, batch: TrainingBatch, encoders: Encodings) -> Tensor:
        vectors = pool(encoders.hidden(name), self.options.layer, batch.views[name], "mean")
        return vectors.float().norm(dim=1)
