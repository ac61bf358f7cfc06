"""Anchor: the encoder stays near where it began.

What it is: a penalty on the distance to the initial weights, or to the initial states of the source sentences.

Inputs: nothing (`parameters`), or pairs (`states`).

Shapes: all weights of the encoder, or token vectors (N, D) of one view.

Equation: parameters L = sqrt( sum (theta - theta_0)^2 ), as in the released code of Wu and Dredze (2020, arXiv
2010.02537), coefficient 1; states L = mean |h(x) - h_0(x)|^2 over tokens (Cao et al. 2020, arXiv 2002.03518).

Options: `AnchorOptions`.

Relations: keeps `word-alignment` `l2` from collapsing to one point.

Differs from the papers: 1e-12 under the root, so that the gradient exists at the start; mean instead of sum in
`states`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from xlalign.modeling.encoder import Encoder
from xlalign.objectives import gather
from xlalign.objectives.anchor.options import AnchorOptions
from xlalign.objectives.base import LossOutput, Objective, exact
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths


class Anchor(Objective):
    """Holds parameters or states to their first values."""

    def __init__(self, options: AnchorOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options
        if options.to == "parameters":
            for number, parameter in enumerate(encoder.parameters()):
                self.register_buffer(f"first{number}", parameter.detach().clone())

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The distance."""
        if self.options.to == "parameters":
            loss = self._distance(encoders.models["query"])
            # Every process has the whole distance, and gradients add up over processes.
            return LossOutput(loss / gather.world(), 1, {"loss": loss.detach()})
        layer, on = self.options.layer, self.options.on
        now = exact(encoders.hidden(on).tokens(layer))
        then = exact(encoders.hidden(on, model="init").tokens(layer))
        loss = (now - then).square().sum() / gather.total(len(now), now.device)
        return LossOutput(loss, len(now), {"loss": gather.shown(loss)})

    def _distance(self, encoder: Encoder) -> Tensor:
        first = list(self.buffers())
        squares = [(gather.full(p) - f).square().sum() for p, f in zip(encoder.parameters(), first, strict=True)]
        return torch.stack(squares).sum().add(1e-12).sqrt()
