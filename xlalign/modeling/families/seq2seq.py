"""The encoders of T5, mT5, umT5 and of M2M100, NLLB: half of a translation model, without a head of their own.

The model stays whole, so that what is exported is what `AutoModel` loads; the decoder is never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class _Encoder(Family):
    def loader(self, architecture: str, headed: bool) -> str:
        """A checkpoint of the encoder alone stays one."""
        return "AutoModelForTextEncoding" if architecture.endswith("EncoderModel") else "AutoModel"

    def prepare(self, model: PreTrainedModel) -> None:
        """Every layer runs: M2M100 leaves out one in twenty while it trains (LayerDrop), and none would know which."""
        for module in model.modules():
            if hasattr(module, "layerdrop"):
                module.layerdrop = 0.0

    def body_of(self, model: PreTrainedModel) -> PreTrainedModel:
        """The encoder."""
        return model.get_encoder()

    def head_of(self, model: PreTrainedModel) -> tuple[str, ...]:
        """None: the decoder predicts."""
        return ()


SEQ2SEQ = _Encoder(below=("embed_tokens", "layernorm_embedding"), predicts="nothing", packed=False)
"""T5 adds a bias by relative position, M2M100 counts positions from ids: both are run padded."""
