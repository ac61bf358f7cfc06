"""Decoder language models (Llama, Mistral, Qwen, Gemma): a token sees those before it, so the last one has seen all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel

DECODER = Family(head=("lm_head",), below=("embed_tokens",), predicts="next", pooling="last")


class _Capped(Family):
    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Logits are kept within the configuration's cap, c tanh(x / c)."""
        logits = super().logits(model, vectors)
        cap = getattr(model.config, "final_logit_softcapping", None)
        return logits if cap is None else cap * (logits / cap).tanh()


GEMMA = _Capped(head=("lm_head",), below=("embed_tokens",), predicts="next", pooling="last")
