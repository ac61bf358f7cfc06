"""What a family of encoders is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.pooling import Pooling

if TYPE_CHECKING:
    from transformers import PreTrainedModel

HEADS = (("cls",), ("lm_head",), ("head", "decoder"), ("predictions",))
"""Where models that predict tokens keep their heads, for families that do not say it."""

Predicts = Literal["masked", "next", "nothing"]


@dataclass(frozen=True)
class Family:
    """The facts about a family that its configuration does not tell; a family with its own ways derives from this.

    Attributes:
        head: modules of the model that predicts tokens, applied in turn to last-layer vectors; empty = one of `HEADS`.
        below: modules of the body (an encoder without head) that come before its first block.
        predicts: what the family's own head predicts: masked tokens, or the next one.
        pooling: how sentence vectors are made, where nobody says otherwise.
        packed: whether rows may lie one after another in one pass, as `attention` has them, where the probe at loading
            agrees. A model that does not go through transformers' attention table lets sentences see each other
            without a warning.
        tied: whether the head's last matrix is the table of input embeddings in a model as it is made.
    """

    head: tuple[str, ...] = ()
    below: tuple[str, ...] = ("embeddings",)
    predicts: Predicts = "masked"
    pooling: Pooling = "mean"
    packed: bool = True
    tied: bool = True

    def loader(self, architecture: str, headed: bool) -> str:
        """The class of transformers that loads a checkpoint saved by the class `architecture`."""
        if not headed:
            return "AutoModel"
        return "AutoModelForCausalLM" if self.predicts == "next" else "AutoModelForMaskedLM"

    def prepare(self, model: PreTrainedModel) -> None:
        """Choose what a forward pass needs and the checkpoint leaves open."""

    def body_of(self, model: PreTrainedModel) -> PreTrainedModel:
        """The encoder without head."""
        return model.base_model

    def first_position(self, body: PreTrainedModel) -> int:
        """The number that the position table has for the first token of a row.

        RoBERTa and its kin count from the padding id + 1, and their table says so: it has a padding id.
        """
        for module in body.modules():
            table = getattr(module, "position_embeddings", None)
            if isinstance(table, nn.Embedding) and isinstance(padding := getattr(module, "padding_idx", None), int):
                return padding + 1
        return 0

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
        """The modules of `model` that predict tokens; empty where it has none."""
        known = (self.head,) if self.head else HEADS
        return next((names for names in known if all(hasattr(model, name) for name in names)), ())

    def logits(self, model: PreTrainedModel, vectors: Tensor) -> Tensor:
        """Vocabulary logits (M, V) of last-layer vectors (M, D).

        Raises:
            UserError: the model has no head.
        """
        names = self.head_of(model)
        if not names:
            kind = model.config.model_type
            raise UserError(f"this `{kind}` encoder has no head that predicts tokens", 'set head = "new", or load one')
        for name in names:
            vectors = getattr(model, name)(vectors)
        return vectors

    def speed_up(self, body: PreTrainedModel) -> None:
        """Put our kernels in the place of stock modules, where there are some; parameters stay where they are."""


def layer_types(config: Any) -> list[str]:
    """The kinds of attention of an encoder whose layers differ; empty where they do not."""
    return sorted(set(getattr(config, "layer_types", None) or ()))
