"""BERT (mBERT, multilingual-e5-small) and its kin: learned positions from 0, token types, [CLS] and [SEP]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BERT = Family(head=("cls",))

ELECTRA = Family(head=("generator_predictions", "generator_lm_head"), below=("embeddings", "embeddings_project"))
"""Published weights are mostly discriminators: those have no such head."""


class _Albert(Family):
    def blocks(self, body: PreTrainedModel) -> nn.ModuleList:
        """Refused: the layers share one set of weights."""
        raise UserError("the layers of ALBERT share their weights: none can be frozen or cut off alone")


ALBERT = _Albert(head=("predictions",))


class _DistilBert(Family):
    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Its head is four parts on the model itself, one of them a function."""
        hidden = model.vocab_layer_norm(model.activation(model.vocab_transform(vectors)))
        logits: Tensor = model.vocab_projector(hidden)
        return logits


DISTILBERT = _DistilBert(head=("vocab_transform", "vocab_layer_norm", "vocab_projector"))
