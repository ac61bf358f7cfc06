"""Norm match: a sentence and its translation get vectors of the same length.

Inputs: the views `source` and `target` of a pair.

Shapes: n pairs, sentence vectors (n, D).

Equation: the mean over pairs of (|x_i| - |y_i|)^2 with x_i, y_i the means of the token vectors.

Options: `NormMatchOptions`.
"""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor
from xlalign.objectives.passes import Passes

from xlalign.modeling.encoder import Encoder
from xlalign.objectives.base import LossOutput, Objective
from xlalign.objectives.batch import Batch
from xlalign.objectives.options import ObjectiveOptions, Pass


class NormMatchOptions(ObjectiveOptions):
    """Options of `norm_match`."""

    kind: Literal["norm_match"] = "norm_match"
    layer: int = Field(-1, description="layer of the token vectors")

    def passes(self) -> tuple[Pass, ...]:
        """Both sides of a pair, unmasked."""
        return Pass("source"), Pass("target")


class NormMatch(Objective):
    """Squared difference of the lengths of two sentence vectors."""

    def __init__(self, options: NormMatchOptions, encoder: Encoder) -> None:
        super().__init__()
        self.options = options

    def layers(self) -> tuple[int, ...]:
        """The pooled layer."""
        return (self.options.layer,)

    def forward(self, batch: Batch, encoders: Passes) -> LossOutput:
        """The mean over pairs."""
        source, target = (self._lengths(view, batch, encoders) for view in ("source", "target"))
        loss = (source - target).square().mean()
        return LossOutput(loss, len(source), {"loss": loss.detach()})

    def _lengths(self, name: str, batch: Batch, encoders: Passes) -> Tensor:
        view = batch.views[name]
        tokens = torch.arange(len(view.rows), device=view.rows.device)
        vectors = encoders.hidden(name).mean(self.options.layer, tokens, view.rows, view.count)
        return vectors.float().norm(dim=1)
