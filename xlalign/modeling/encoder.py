"""Any transformers encoder, with the head it was saved with, run on rows without padding where it allows that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from xlalign.modeling import attention, packing
from xlalign.modeling.body import Body
from xlalign.modeling.cpu import dropout
from xlalign.modeling.families import family_of
from xlalign.modeling.pooling import segment_mean

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class States:
    """Token vectors after one pass, addressed by the token's position in the batch.

    Layer 0 is the embedding output, layer i the output of block i; negative numbers count from the last.

    Attributes:
        chunks: for each chunk its kept layers (n, D) by number.
        inverse: (N,) place of each token of the batch in the concatenated chunks.
        depth: number L of blocks.
    """

    chunks: Sequence[Mapping[int, Tensor]]
    inverse: Tensor
    depth: int

    def tokens(self, layer: int, positions: Tensor | None = None) -> Tensor:
        """Vectors (M, D) of the tokens at `positions` (M,); None = all N tokens of the batch in order."""
        number = layer if layer >= 0 else self.depth + 1 + layer
        parts = [chunk[number] for chunk in self.chunks]
        joined = parts[0] if len(parts) == 1 else torch.cat(parts)
        return joined.index_select(0, self.inverse if positions is None else self.inverse[positions])

    def mean(self, layer: int, positions: Tensor, rows: Tensor, count: int) -> Tensor:
        """Mean (count, D) of the tokens at `positions` (M,) that belong to each of `rows` (M,)."""
        return segment_mean(self.tokens(layer, positions), rows, count)


class Encoder(nn.Module):
    """An encoder run on rows of tokens.

    Args:
        model: of transformers, with a head that predicts tokens or without.

    Attributes:
        hidden_size: width D of the token vectors.
        layers: number L of blocks.
        longest: longest row in tokens that the position table allows.
        family: what differs between encoders.
        headed: whether it can predict tokens.
        precision: arithmetic in which texts are embedded, fp32 or bf16; training has its own setting.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        dropout.replace(model)
        self.model = model
        self.family = family_of(model.config)
        self.body = Body(self.family.body_of(model))
        self.headed = bool(self.family.head_of(model))
        self.hidden_size: int = model.config.hidden_size
        self.layers: int = model.config.num_hidden_layers
        self.longest: int = self.body.longest
        self.precision = "fp32"

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        types: Tensor,
        layout: packing.Layout,
        *,
        keep: Iterable[int] | None = None,
        recompute: bool = False,
    ) -> States:
        """Encode a batch.

        Args:
            ids, positions, types: (N,) the tokens of all rows one after another; positions are 0-based in the row.
            layout: how the rows are cut into chunks.
            keep: layers that will be read; None = all.
            recompute: gradient caching: only the kept layers are held, and each chunk is encoded again in the
                backward pass (with the same dropout), one at a time. Gradients are the same, memory is that of one
                chunk, time is 4/3.
        """
        depth = self.layers + 1
        numbers = sorted({layer % depth for layer in (range(depth) if keep is None else keep)})
        inputs = [(ids, positions, types, chunk, numbers) for chunk in layout.chunks]
        if recompute and torch.is_grad_enabled():
            chunks = [checkpoint(self.body.hidden, *values, use_reentrant=False) for values in inputs]
        else:
            chunks = [self.body.hidden(*values) for values in inputs]
        return States(chunks, layout.inverse, self.layers)

    def compile_body(self) -> None:
        """Have torch compile all but the head in place, for any number of tokens; attention stays as it is."""
        attention.register(traced=True)
        self.body.model.compile(dynamic=True)

    def logits(self, vectors: Tensor) -> Tensor:
        """Vocabulary logits (M, V) of last-layer vectors (M, D).

        Raises:
            UserError: the encoder has no head.
        """
        return self.family.logits(self.model, vectors)

    @property
    def embeddings(self) -> nn.Parameter:
        """The static input rows (V, D), tied to the output layer where the model ties them."""
        return self.model.get_input_embeddings().weight
