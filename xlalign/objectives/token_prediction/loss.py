"""Token prediction: MLM, TLM, conditional MLM, dictionary and aligned-word targets; causal language modelling.

What it is: the encoder's own output layer predicts the tokens that were masked in one or more views, or
(`target = next`, for decoders) of every token of a row the next one.

Inputs: views named in `on` with masks: "mono" (documents), "source", "target" (the sentences of a pair), "concat"
(both as one row; then it is TLM). `target = dictionary` needs the lexicon, `target = aligned` needs word links.

Shapes: a view has N tokens, M of them selected; logits are (M, V) over V vocabulary entries.

Equation: L = mean over views of -1/M sum_i log softmax(W g(h_i))[t_i], with g and W the encoder's own head.
MLM: Devlin et al. 2019. TLM: Conneau and Lample 2019 (arXiv 1901.07291). `attend = cross`: conditional MLM of
ERNIE-M (arXiv 2012.15674). `target = dictionary`: DICT-MLM (arXiv 2010.12566). `target = aligned`: WEAM.
`target = next`: L = mean over views of -1/M sum_i log softmax(W h_i)[t_(i+1)] over the M tokens that are not the last
of their row; in code-switched text t is the text before the switch (PreAlign's input-only code-switching, section 3.2
of arXiv 2407.16222).

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
from xlalign.objectives.requests import SWITCHED
from xlalign.objectives.token_prediction.options import TokenPredictionOptions
from xlalign.objectives.views import TokenView

LOGITS = 2**27
"""Logits held at a time; above, they are computed in chunks and again in the backward pass (0.5 GB in fp32)."""


class TokenPrediction(Objective):
    """Predicts masked or next tokens with the encoder's own head."""

    def __init__(self, options: TokenPredictionOptions, encoder: Encoder, widths: Widths) -> None:
        super().__init__()
        self.options = options

    def forward(self, batch: TrainingBatch, encoders: Encodings) -> LossOutput:
        """The mean over views of the mean over predicted tokens."""
        parts = [self._view(view, batch, encoders) for view in self.options.on]
        loss = torch.stack([loss for loss, _, _ in parts]).mean()
        count = sum(count for _, count, _ in parts)
        correct = torch.stack([correct for _, _, correct in parts]).sum() / max(count, 1)
        return LossOutput(loss, count, {"loss": gather.shown(loss), "accuracy": correct})

    def _view(self, view: str, batch: TrainingBatch, encoders: Encodings) -> tuple[Tensor, int, Tensor]:
        at, labels = self._wanted(view, batch)
        states = encoders.hidden(view, masked=self.options.target != "next", attend=self.options.attend)
        total, correct = cross_entropy(encoders.models["query"], states.tokens(-1, at), labels)
        count = len(labels)
        return total / max(gather.total(count, total.device), 1), count, correct

    def _wanted(self, view: str, batch: TrainingBatch) -> tuple[Tensor, Tensor]:
        """The tokens (M,) whose states are read, and what is to be predicted of each."""
        own, target = batch.views[view], self.options.target
        if target == "next":
            return next_tokens(own, switched=view == SWITCHED)
        mask = own.mask if target == "original" else batch.answer(self.options.labels(view))
        assert mask is not None
        return mask.selected, mask.labels


def next_tokens(view: TokenView, *, switched: bool) -> tuple[Tensor, Tensor]:
    """The tokens (M,) that something follows in their row, and what follows, (M,).

    Args:
        view: rows of tokens.
        switched: words were replaced, which `view.mask` tells. What is predicted is the text as it was: before a
            replacement the first token of the replaced word, and nothing inside of one.

    The rows <s> a X Y c and <s> d, where X Y stands for b1 b2:

        token       <s>  a   X   Y   c  | <s>  d
        predicted    a   b1  -   c   -  |  d   -
    """
    follows = view.rows[1:] == view.rows[:-1]
    labels = view.ids
    if switched:
        assert view.mask is not None
        labels = labels.index_copy(0, view.mask.selected, view.mask.labels)
        # Only words that were put in have a number: two neighbours with the same one are inside of one of them.
        follows &= (view.words[1:] < 0) | (view.words[1:] != view.words[:-1])
    at = follows.nonzero()[:, 0]
    return at, labels[at + 1]


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
