"""The layers of an encoder without head: found, frozen, cut off. Layer 0 is the embedding output, layer i block i."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.families import family_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def transformer_blocks(body: PreTrainedModel) -> nn.ModuleList:
    """The list of blocks, first to last.

    Raises:
        UserError: there is none.
    """
    return family_of(body.config).blocks(body)


def freeze_layers(body: PreTrainedModel, layers: int | Literal["all"]) -> None:
    """Keep the first `layers` layers as they are: 1 = embeddings, 2 = embeddings and the first block, ...; or all.

    Raises:
        UserError: the encoder has fewer layers.
    """
    body.requires_grad_(layers != "all")
    if layers == "all" or not layers:
        return
    blocks = list(transformer_blocks(body))
    if layers > len(blocks) + 1:
        raise UserError(f"frozen = {layers}: the encoder has embeddings and {len(blocks)} blocks")
    for module in [*family_of(body.config).embedding_modules(body), *blocks[: layers - 1]]:
        module.requires_grad_(False)


class StopAtLayerError(Exception):
    """Carries the states of the wanted layer out of the forward pass, of whichever thread runs it."""

    def __init__(self, states: Tensor) -> None:
        super().__init__()
        self.states = states


def stop_at(body: PreTrainedModel, layer: int) -> int:
    """Drop what comes after `layer`; from now on a forward pass ends there with a `StopAtLayerError`.

    The states are taken where they are made, before any final norm.

    Args:
        body: the encoder, changed in place.
        layer: 0 is the embedding output, negative counts from the last.

    Returns:
        The layer, counted from the embeddings.

    Raises:
        UserError: the encoder does not have that layer.
    """
    stack = transformer_blocks(body)
    number = layer if layer >= 0 else len(stack) + 1 + layer
    if not 0 <= number <= len(stack):
        raise UserError(f"the encoder has layers 0 to {len(stack)}, not {layer}", "set align-words.layer")
    del stack[max(number, 1) :]
    if number:
        stack[number - 1].register_forward_hook(stop_after)
    else:
        stack[0].register_forward_pre_hook(_stop_before, with_kwargs=True)
    return number


def _stop_before(_module: nn.Module, inputs: Any, keywords: dict[str, Any]) -> None:
    raise StopAtLayerError(inputs[0] if inputs else keywords["hidden_states"])


def stop_after(_module: nn.Module, _inputs: Any, output: Any) -> None:
    """A forward hook that ends the pass with the states that a block gives."""
    raise StopAtLayerError(output[0] if isinstance(output, tuple) else output)
