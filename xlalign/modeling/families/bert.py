"""BERT (mBERT, multilingual-e5-small, sentence encoders made from them) and its kin: positions of a row from 0."""

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

DEBERTA = Family(head=("cls",), packed=False)
"""DeBERTa-v2 (mDeBERTa-v3): disentangled attention of its own."""

REMBERT = Family(head=("cls",), packed=False, tied=False)
"""Its output embeddings have a width of their own; attention does not go through transformers' table."""

ROFORMER = Family(head=("cls",), packed=False)


class _Albert(Family):
    def blocks(self, body: PreTrainedModel) -> nn.ModuleList:
        """Refused: the layers share one set of weights."""
        raise UserError("the layers of ALBERT share their weights: none can be frozen or cut off alone")


ALBERT = _Albert(head=("predictions",))


class _DistilBert(Family):
    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Its head is four parts on the model itself, one of them a function."""
        if not self.head_of(model):
            return super().logits(model, vectors)
        hidden = model.vocab_layer_norm(model.activation(model.vocab_transform(vectors)))
        logits: Tensor = model.vocab_projector(hidden)
        return logits


DISTILBERT = _DistilBert(head=("vocab_transform", "vocab_layer_norm", "vocab_projector"))
