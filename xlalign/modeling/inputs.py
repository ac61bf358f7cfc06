"""What a transformers encoder is to be given for packed rows, by its family."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from xlalign.modeling.packing import Chunk

SHIFTED = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "longformer", "data2vec-text"}
"""Families whose first position is pad_token_id + 1."""


class PackedInputs:
    """Keyword arguments of a body (an encoder without head) for one chunk of packed rows.

    Attributes:
        longest: longest row in tokens that the position table allows.
    """

    def __init__(self, body: PreTrainedModel) -> None:
        config = body.config
        self._shift = (config.pad_token_id or 0) + 1 if config.model_type in SHIFTED else 0
        self.longest: int = config.max_position_embeddings - self._shift
        self._typed = "token_type_ids" in inspect.signature(body.forward).parameters
        self._types: int = getattr(config, "type_vocab_size", 0) if self._typed else 0
        # transformers builds a sliding mask for such models even where no layer slides.
        self._sliding = getattr(config, "sliding_window", None) is not None and hasattr(config, "layer_types")

    def __call__(self, ids: Tensor, positions: Tensor, types: Tensor | None, chunk: Chunk) -> dict[str, Any]:
        """The arguments, all (1, n) for the n tokens of the chunk.

        Args:
            ids, positions, types: (N,) of the batch; positions are 0-based in the row; no types means all 0.
            chunk: whose tokens are taken.
        """
        inputs: dict[str, Any] = {"input_ids": ids[chunk.tokens].unsqueeze(0), "packing": chunk}
        inputs["position_ids"] = (positions[chunk.tokens] + self._shift).unsqueeze(0)
        if self._types > 1 and types is not None:
            inputs["token_type_ids"] = types[chunk.tokens].unsqueeze(0)
        elif self._typed:
            inputs["token_type_ids"] = torch.zeros_like(inputs["input_ids"])
        if self._sliding:
            # Given as a dictionary, no mask of n x n cells is built.
            inputs["attention_mask"] = {"full_attention": None, "sliding_attention": None}
        return inputs
