"""A transformers encoder up to one layer, run on rows without padding where its family allows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from xlalign.errors import DataError, UserError
from xlalign.modeling import attention, packing
from xlalign.modeling.blocks import transformer_blocks
from xlalign.modeling.encoder import quiet
from xlalign.modeling.inputs import PackedInputs

PACKED = {"bert", "camembert", "electra", "modernbert", "roberta", "xlm-roberta"}
"""Families whose packed states are tested to equal the padded ones; any other is padded."""


class Body:
    """An encoder that stops at a layer, and its tokenizer.

    Args:
        source: local model directory or hub id, `id@revision` for a revision.
        layer: hidden layer; 0 is the embedding output, negative counts from the last.
        device: where it runs.
        precision: float32, bfloat16 or float16.

    Attributes:
        prefix, suffix: the special tokens around a sentence.
        window: subwords between them that the encoder can tell apart.
        size: width D of the states.

    Raises:
        UserError: the model does not load, or does not have that layer.
    """

    def __init__(self, source: str | Path, layer: int, device: torch.device, precision: str) -> None:
        with quiet():
            model, self.tokenizer = _load(source)
        self.layer = _cut(model, layer)
        self._inputs = PackedInputs(model) if model.config.model_type in PACKED else None
        if self._inputs:
            attention.install(model)
        self.model = model.to(device, dtype=getattr(torch, precision)).eval()
        self.prefix, self.suffix = _specials(self.tokenizer)
        self.window = _window(model) - len(self.prefix) - len(self.suffix)
        self.size = int(model.config.hidden_size)

    @property
    def dtype(self) -> torch.dtype:
        """The number format of the states."""
        return self.model.dtype

    def __call__(self, ids: Tensor, positions: Tensor, chunk: packing.Chunk) -> Tensor:
        """The states (n, D) of the n tokens of a chunk, in its order.

        Args:
            ids, positions: (N,) of the batch the chunk is from; positions count from 0 in each row.
            chunk: rows of the batch.
        """
        if self._inputs:
            return self._run(**self._inputs(ids, positions, None, chunk))[0]
        ids, parts = ids[chunk.tokens], []
        for group in chunk.groups:
            real = torch.ones(group.shape) if group.bias is None else (group.bias == 0)[:, 0, 0, :].long()
            states = self._run(input_ids=ids[group.cells].view(group.shape), attention_mask=real.to(ids.device))
            parts.append(states.reshape(-1, self.size))
        return torch.cat(parts)[chunk.back]

    def _run(self, **inputs: Any) -> Tensor:
        """The output of the layer, taken where it is made, before any final norm; nothing after it is run."""
        try:
            self.model(**inputs)
        except _StopAtLayerError as stopped:
            return stopped.states
        raise DataError(f"the encoder never ran its layer {self.layer}", "choose another layer or encoder")


class _StopAtLayerError(Exception):
    """Carries the states of the wanted layer out of the forward pass, of whichever thread runs it."""

    def __init__(self, states: Tensor) -> None:
        super().__init__()
        self.states = states


def _stop_before(_module: nn.Module, inputs: Any, keywords: dict[str, Any]) -> None:
    raise _StopAtLayerError(inputs[0] if inputs else keywords["hidden_states"])


def _stop_after(_module: nn.Module, _inputs: Any, output: Any) -> None:
    raise _StopAtLayerError(output[0] if isinstance(output, tuple) else output)


def _cut(model: Any, layer: int) -> int:
    """Drop what comes after `layer` and stop there; returns it counted from the embeddings."""
    stack = transformer_blocks(model)
    number = layer if layer >= 0 else len(stack) + 1 + layer
    if not 0 <= number <= len(stack):
        raise UserError(f"the encoder has layers 0 to {len(stack)}, not {layer}", "set align-words.layer")
    del stack[max(number, 1) :]
    if number:
        stack[number - 1].register_forward_hook(_stop_after)
    else:
        stack[0].register_forward_pre_hook(_stop_before, with_kwargs=True)
    return number


def _load(source: str | Path) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    try:
        name, revision = _revision(str(source))
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision, use_fast=True)
        model = AutoModel.from_pretrained(name, revision=revision)
    except (OSError, ValueError) as error:
        raise UserError(f"encoder `{source}` does not load: {error}", "give a model directory or a hub id") from error
    if not tokenizer.is_fast:
        raise UserError(f"the tokenizer of `{source}` does not tell which word a subword belongs to")
    return model, tokenizer


def _revision(source: str) -> tuple[str, str | None]:
    """A hub id may carry a revision: `id@revision`."""
    if Path(source).exists():
        return source, None
    name, _, revision = source.partition("@")
    return name, revision or None


def _specials(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The special tokens that the tokenizer puts before and after a sentence."""
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    for start in range(len(full) - len(plain) + 1):
        if full[start : start + len(plain)] == plain:
            return full[:start], full[start + len(plain) :]
    return [], []


def _window(model: Any) -> int:
    """Positions the encoder can tell apart; RoBERTa-like models lose those up to their padding index."""
    limits = [int(model.config.max_position_embeddings)]
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            limits.append(module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1))
    return min(limits)
