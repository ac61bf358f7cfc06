"""Decoder language models (Llama, Mistral, Qwen, Gemma): a token sees those before it, so the last one has seen all.

With `is_causal = false` in its configuration a decoder sees both ways. transformers heeds that where it makes a mask;
for rows without padding it makes none, and its modules say what they always say: causal. So they are told, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from xlalign.errors import UserError
from xlalign.modeling.families import family_of
from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class _Decoder(Family):
    def prepare(self, model: PreTrainedModel) -> None:
        """Attention as the configuration says."""
        if not getattr(model.config, "is_causal", True):
            for module in model.modules():
                if hasattr(module, "is_causal"):
                    module.is_causal = False

    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Logits are kept within the configuration's cap c, where there is one (Gemma): c tanh(x / c)."""
        logits = super().logits(model, vectors)
        cap = getattr(model.config, "final_logit_softcapping", None)
        return logits if cap is None else cap * (logits / cap).tanh()


DECODER = _Decoder(head=("lm_head",), below=("embed_tokens",), predicts="next", pooling="last")


def make_bidirectional(model: PreTrainedModel) -> None:
    """Let every token of a decoder see its whole row, from now on and in what is saved.

    As in LLM2Vec (BehnamGhader et al. 2024, arXiv 2404.05961, section 2.1).

    Raises:
        UserError: it is no decoder of a family that is known.
    """
    family = family_of(model.config)
    if not isinstance(family, _Decoder):
        raise UserError(
            f'attention = "bidirectional" is for decoders, and this is a `{model.config.model_type}` model',
            'leave it out: attention = "own"',
        )
    model.config.is_causal = False
    family.prepare(model)
