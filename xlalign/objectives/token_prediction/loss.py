"""Masked-token prediction: MLM, TLM, conditional MLM, dictionary and aligned-word targets.

What it is: the encoder's own output layer predicts the tokens that were masked in one or more views.

Inputs: views named in `on` with masks: "mono" (documents), "source", "target" (the sentences of a pair), "concat"
(both as one row; then it is TLM). `target = dictionary` needs the lexicon, `target = aligned` needs word links.

Shapes: a view has N tokens, M of them selected; logits are (M, V) over V vocabulary entries.

Equation: L = mean over views of -1/M sum_i log softmax(W g(h_i))[t_i], with g and W the encoder's own head.
MLM: Devlin et al. 2019. TLM: Conneau and Lample 2019 (arXiv 1901.07291). `attend = cross`: conditional MLM of
ERNIE-M (arXiv 2012.15674). `target = dictionary`: DICT-MLM (arXiv 2010.12566). `target = aligned`: WEAM.

Options: `TokenPredictionOptions`. The masking itself is a property of the view (`DataOptions`), so that objectives
on one view share one draw.

Relations: `on = ["concat"]` equals `on = ["mono"]` where the document is a sentence and its translation.

Differs from the papers: special tokens are neither selected nor used as random replacements; the attention rule of
conditional MLM is ours (the authors' is not public) and leaks nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from xlalign.modeling.encoder import Encoder
from xlalign.objectives import gather
from xlalign.objectives.base import LossOutput, Objective, exact
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import Encodings
from xlalign.objectives.options import Widths
from xlalign.objectives.token_prediction.options import TokenPredictionOptions

LOGITS = 2**27
"""Logits held at a time; above, they are computed in chunks and again in the backward pass (0.5 GB in fp32)."""


class TokenPrediction(Objective):
    """Predicts masked tokens with the encoder's own head."""

    def __init__(self, options: TokenPredictionOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over views of the mean over selected tokens."""
        parts = [self._view(view, batch, encoders) for view in self.options.on]
        loss = torch.stack([loss for loss, _, _ in parts]).mean()
        count = sum(count for _, count, _ in parts)
        correct = torch.stack([correct for _, _, correct in parts]).sum() / max(count, 1)
        return LossOutput(loss, count, {"loss": gather.shown(loss), "accuracy": correct})

    def _view(self, view: str, batch: TrainingBatch, encoders: Encodings) -> tuple[Tensor, int, Tensor]:
        own = batch.views[view]
        mask = own.mask if self.options.target == "original" else batch.answer(self.options.labels(view))
        assert mask is not None
        states = encoders.hidden(view, masked=True, attend=self.options.attend)
        vectors = states.tokens(-1, mask.selected)
        total, correct = cross_entropy(encoders.models["query"], vectors, mask.labels)
        count = len(mask.labels)
        return total / max(gather.total(count, total.device), 1), count, correct


def cross_entropy(encoder: Encoder, vectors: Tensor, labels: Tensor, limit: int = LOGITS) -> tuple[Tensor, Tensor]:
    """Summed cross entropy of the output layer, and the number of correct predictions.

    Shapes: vectors (M, D), labels (M,) -> two scalars. No more than about `limit` logits exist at a time.
    """
    # 250,000 pieces and 2^27 logits: 536 selected tokens at a time.
    rows = max(1, limit // encoder.embeddings.shape[0])
    if len(labels) <= rows:
        return _entropy(encoder, vectors, labels)
    chunks = zip(torch.split(vectors, rows), torch.split(labels, rows), strict=True)
    parts = [checkpoint(_entropy, encoder, *chunk, use_reentrant=False) for chunk in chunks]
    return torch.stack([part[0] for part in parts]).sum(), torch.stack([part[1] for part in parts]).sum()


def _entropy(encoder: Encoder, vectors: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    logits = exact(encoder.logits(vectors))
    return F.cross_entropy(logits, labels, reduction="sum"), _correct(logits.detach(), labels)


def _correct(logits: Tensor, labels: Tensor) -> Tensor:
    """Predictions whose label has the highest logit; on a CPU the maximum is ten times as fast as its place."""
    return (logits.gather(1, labels[:, None])[:, 0] == logits.amax(1)).sum()
