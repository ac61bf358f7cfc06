"""Distillation: sentences and their translations move to a frozen teacher's vectors.

What it is: teacher-student training of a multilingual sentence encoder from a teacher of one language.

Inputs: pairs, and the teacher's vector of each source sentence, computed once before training.

Shapes: n pairs, student vectors (n, D), teacher vectors (n, P); where D and P differ a linear head maps D to P.

Equation, t the teacher's vector of the source: mse L = mean |s(x) - t|^2 + mean |s(y) - t|^2, the squares averaged
over dimensions (Reimers and Gurevych 2020, arXiv 2004.09813); cosine L = mean (1 - cos) over the same (LASER3, arXiv
2205.12654).

Options: `DistillationOptions`.

Relations: with `teacher = init` and `sides = target` the source space stays where it is, as under an `anchor`.

Differs from the papers: the teacher's vectors are computed once, so no teacher runs beside the student and it may
have any tokenizer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xlalign.modeling.encoder import Encoder
from xlalign.modeling.pooling import pool
from xlalign.objectives import gather
from xlalign.objectives.base import LossOutput, Objective, exact
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.distillation.options import DistillationOptions
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths


class Distillation(Objective):
    """Pulls both sides of a pair to the teacher's vector of the source."""

    def __init__(self, options: DistillationOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options
        self.head: nn.Module = nn.Identity()
        width = widths.get(options.vectors, encoder.hidden_size)
        if width != encoder.hidden_size:
            self.head = nn.Linear(encoder.hidden_size, width)

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The sum over sides of the mean over sentences."""
        wanted = batch.answer(self.options.vectors)
        parts = [self._side(name, batch, encoders, wanted) for name in self.options.on]
        loss = torch.stack(parts).sum()
        return LossOutput(loss, len(parts) * len(wanted), {"loss": gather.shown(loss)})

    def _side(self, name: str, batch: TrainingBatch, encoders: Encodings, wanted: Tensor) -> Tensor:
        states = encoders.hidden(name)
        vectors = pool(states, self.options.layer, batch.views[name], self.options.pooling)
        vectors = exact(self.head(vectors))
        if self.options.loss == "mse":
            losses = (vectors - wanted.to(vectors.dtype)).square().mean(1)
        else:
            losses = 1 - F.cosine_similarity(vectors, wanted.to(vectors.dtype))
        # By the number of all processes' sentences, which may differ: the sum over processes is then the mean.
        return losses.sum() / gather.total(len(losses), losses.device)
