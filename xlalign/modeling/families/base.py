"""What a family of encoders is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.pooling import Pooling

if TYPE_CHECKING:
    from transformers import PreTrainedModel

HEADS = (("cls",), ("lm_head",), ("head", "decoder"), ("predictions",))
"""Where masked-language models keep their heads, for families that do not say it."""


@dataclass(frozen=True)
class Family:
    """The facts about a family that its configuration does not tell; a family with its own ways derives from this.

    Attributes:
        head: modules of the masked-language model that are applied in turn to last-layer vectors; empty = one of
            `HEADS`.
        below: modules of the body (an encoder without head) that come before its first block.
        shifted: whether positions count from the padding id + 1 instead of 0.
        causal: whether a token sees only those before it.
        pooling: how sentence vectors are made, where nobody says otherwise.
        packed: whether rows may lie one after another in one pass, as `attention` has them. Only where packed states
            were tested to equal the stock padded ones: a model that does not go through transformers' attention table
            lets sentences see each other without a warning.
    """

    head: tuple[str, ...] = ()
    below: tuple[str, ...] = ("embeddings",)
    shifted: bool = False
    causal: bool = False
    pooling: Pooling = "mean"
    packed: bool = True

    def first_position(self, config: Any) -> int:
        """The number that the position table has for the first token of a row."""
        return (config.pad_token_id or 0) + 1 if self.shifted else 0

    def blocks(self, body: PreTrainedModel) -> nn.ModuleList:
        """The transformer blocks, first to last.

        Raises:
            UserError: there is no list with as many blocks as the configuration has hidden layers.
        """
        count = body.config.num_hidden_layers
        for module in body.modules():
            if isinstance(module, nn.ModuleList) and len(module) == count:
                return module
        raise UserError(f"{type(body).__name__} has no list of {count} blocks", "give a transformer encoder")

    def embedding_modules(self, body: PreTrainedModel) -> list[nn.Module]:
        """What comes before the first block."""
        return [getattr(body, name) for name in self.below if hasattr(body, name)]

    def head_of(self, model: PreTrainedModel) -> tuple[str, ...]:
        """The modules of the masked-language head of `model`.

        Raises:
            UserError: it has none, or one that is not known.
        """
        known = (self.head,) if self.head else HEADS
        for names in known:
            if all(hasattr(model, name) for name in names):
                return names
        kind = model.config.model_type
        raise UserError(f"masked-language head of `{kind}` models is not known", "load it as a ForMaskedLM model")

    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Vocabulary logits (M, V) of last-layer vectors (M, D)."""
        for name in self.head_of(model):
            vectors = getattr(model, name)(vectors)
        return vectors

    def speed_up(self, body: PreTrainedModel) -> None:
        """Put our kernels in the place of stock modules, where there are some; parameters stay where they are."""
