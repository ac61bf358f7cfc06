"""An encoder without head, run on a chunk of rows: packed where its family allows it, padded otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from xlalign.errors import DataError, UserError
from xlalign.modeling import attention, probe
from xlalign.modeling.families import family_of
from xlalign.modeling.families.base import layer_types
from xlalign.modeling.layers import StopAtLayerError, stop_at

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from xlalign.modeling.packing import Chunk, Group


UNLIMITED = 512
"""Longest row of encoders with relative positions (T5), which have no table of them: what they were trained on."""


class Body:
    """Runs an encoder of transformers; what it is given and how follows from its family.

    Args:
        model: the encoder; its attention is replaced where rows are packed.
        stop: the only layer that will be read: what comes after it is dropped, and its states are taken where they are
            made, before any final norm. None keeps the encoder whole.
        packed: None = as the family says and the probe finds; False = never.

    Attributes:
        family: what differs between encoders.
        path: how rows are run.
        route: the same, and why.
        stop: the layer counted from the embeddings, or None.
        longest: longest row in tokens that the position table allows.

    Raises:
        UserError: the encoder does not have the layer `stop`.
    """

    def __init__(self, model: PreTrainedModel, stop: int | None = None, packed: bool | None = None) -> None:
        self.model = model
        self.family = family_of(model.config)
        self.stop = None if stop is None else stop_at(model, stop)
        self.longest = _longest(model)
        self._first = self.family.first_position(model)
        known = inspect.signature(model.forward).parameters
        self._typed = "token_type_ids" in known
        self._types: int = getattr(model.config, "type_vocab_size", 0) if self._typed else 0
        self._fixed = {"use_cache": False} if "use_cache" in known else {}
        self.path: probe.Path = "padded"
        self.route = probe.find_route(self, self._install if self.family.packed and packed is not False else None)

    @property
    def packed(self) -> bool:
        """Whether rows are packed."""
        return self.path == "packed"

    def _install(self) -> None:
        attention.install(self.model)
        self.family.speed_up(self.model)

    def hidden(
        self, ids: Tensor, positions: Tensor, types: Tensor | None, chunk: Chunk, keep: Sequence[int]
    ) -> dict[int, Tensor]:
        """The states (n, D) of the n tokens of a chunk, in its order, for every layer to `keep`.

        Args:
            ids, positions, types: (N,) of the batch the chunk is from; positions count from 0 in each row; no types
                means all 0.
            chunk: rows of the batch.
            keep: layers counted from the embeddings.

        Raises:
            UserError: the family is padded, and hidden keys or positions of a kind that only packed rows have are
                asked for.
        """
        if self.packed:
            states = self._states(self._packed_inputs(ids, positions, types, chunk))
            return {layer: states[layer][0] for layer in keep}
        self._refuse_packed_only(positions, chunk)
        cells = [self._group_states(ids, types, chunk, group, keep) for group in chunk.groups]
        return {layer: torch.cat([states[layer] for states in cells])[chunk.back] for layer in keep}

    def _group_states(
        self, ids: Tensor, types: Tensor | None, chunk: Chunk, group: Group, keep: Sequence[int]
    ) -> dict[int, Tensor]:
        """States (B * T, D) of the cells of a group."""
        inputs = self._padded_inputs(ids, types, chunk, group)
        if self.path == "padded":
            states = self._states(inputs)
            return {layer: states[layer].flatten(0, 1) for layer in keep}
        lengths = inputs["attention_mask"].sum(1).tolist()
        alone = [
            self._states({name: value[row : row + 1, :length] for name, value in inputs.items()})
            for row, length in enumerate(lengths)
        ]
        full = [group.shape[1] - length for length in lengths]
        return {
            layer: torch.cat([pad(own[layer][0], (0, 0, 0, more)) for own, more in zip(alone, full, strict=True)])
            for layer in keep
        }

    def _states(self, inputs: Mapping[str, Any]) -> Mapping[int, Tensor]:
        """States (1, n, D) or (B, T, D) by layer."""
        if self.stop is None:
            return dict(enumerate(self.model(**inputs, **self._fixed, output_hidden_states=True).hidden_states))
        try:
            self.model(**inputs, **self._fixed)
        except StopAtLayerError as stopped:
            return {self.stop: stopped.states}
        raise DataError(f"the encoder never ran its layer {self.stop}", "choose another layer or encoder")

    def _packed_inputs(self, ids: Tensor, positions: Tensor, types: Tensor | None, chunk: Chunk) -> dict[str, Any]:
        """Arguments of the model, all (1, n)."""
        config = self.model.config
        inputs: dict[str, Any] = {"input_ids": ids[chunk.tokens].unsqueeze(0), "packing": chunk}
        inputs["position_ids"] = (positions[chunk.tokens] + self._first).unsqueeze(0)
        if self._types > 1 and types is not None:
            inputs["token_type_ids"] = types[chunk.tokens].unsqueeze(0)
        elif self._typed:
            inputs["token_type_ids"] = torch.zeros_like(inputs["input_ids"])
        if layer_types(config):
            # Given as a dictionary, no mask of n x n cells is built, not even where no layer slides.
            inputs["attention_mask"] = {"full_attention": None, "sliding_attention": None}
        return inputs

    def _padded_inputs(self, ids: Tensor, types: Tensor | None, chunk: Chunk, group: Group) -> dict[str, Any]:
        """Arguments of the stock model for the rows of a group, all (B, T); it counts positions itself."""
        cells = chunk.tokens[group.cells]
        real = torch.ones(group.shape) if group.bias is None else (group.bias == 0)[:, 0, 0, :]
        inputs = {"input_ids": ids[cells].view(group.shape), "attention_mask": real.long().to(ids.device)}
        if self._types > 1 and types is not None:
            inputs["token_type_ids"] = types[cells].view(group.shape)
        return inputs

    def _refuse_packed_only(self, positions: Tensor, chunk: Chunk) -> None:
        starts = chunk.borders[:-1].long()
        places = torch.arange(len(chunk.tokens), device=starts.device)
        inside = places - starts.repeat_interleave(chunk.borders.diff())
        if chunk.restricted or not torch.equal(positions[chunk.tokens], inside):
            raise UserError(
                f"`{self.model.config.model_type}` encoders are run padded: no conditional masking, no position reset",
                f"choose another preset, or an encoder that is packed ({self.route})",
            )


def _longest(model: PreTrainedModel) -> int:
    """Positions the encoder can tell apart; RoBERTa-like models lose those up to their padding index."""
    limits = [int(getattr(model.config, "max_position_embeddings", None) or UNLIMITED)]
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            limits.append(module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1))
    return min(limits)
