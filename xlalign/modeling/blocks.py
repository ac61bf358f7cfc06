"""The transformer blocks of an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from xlalign.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def transformer_blocks(body: PreTrainedModel) -> nn.ModuleList:
    """The list of blocks, first to last, of any encoder (without head) of the transformers library.

    Raises:
        UserError: there is no list with as many blocks as the configuration has hidden layers.
    """
    count = body.config.num_hidden_layers
    for module in body.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    raise UserError(f"{type(body).__name__} has no list of {count} blocks", "give a transformer encoder")
