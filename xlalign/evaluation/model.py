"""An encoder with the output layer of a task, frozen as a regime says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.evaluation.kinds.base import TunedKind
from xlalign.evaluation.options import FineTuning, HeadPooling, Regime
from xlalign.evaluation.packed import TaskRows, TunedBatch
from xlalign.modeling import loading
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.layers import transformer_blocks
from xlalign.training.devices import device_name

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class TaskModel(nn.Module):
    """Encoder and output layer.

    Args:
        encoder: the encoder; its masked-language head is not used.
        output: output layer of the task.
        kind: what turns states into scores and scores into a loss.
        pooling: sentence vector of classification.
    """

    def __init__(self, encoder: Encoder, output: nn.Module, kind: TunedKind[Any], pooling: HeadPooling) -> None:
        super().__init__()
        self.encoder, self.output = encoder, output
        self._kind, self._pooling = kind, pooling

    def train(self, mode: bool = True) -> TaskModel:
        """Train or test mode; an encoder that is frozen as a whole (a probe) is always in test mode."""
        super().train(mode)
        if self.frozen:
            self.encoder.eval()
        return self

    def forward(self, batch: TunedBatch) -> Tensor:
        """Scores of one batch, in the shape of the kind."""
        packed = batch.packed
        states = self.encoder(packed.ids, packed.positions, packed.types, batch.layout, keep=[-1])
        return self.scores(states.tokens(-1), packed)

    def scores(self, states: Tensor, packed: TaskRows) -> Tensor:
        """Scores of one batch from the token vectors (N, D) of the last layer."""
        return self._kind.logits(self.output, states, packed, self._pooling)

    @property
    def frozen(self) -> bool:
        """Whether nothing of the encoder is trained (a probe)."""
        return not any(parameter.requires_grad for parameter in self.encoder.parameters())


def build(
    encoder: Encoder, kind: TunedKind[Any], labels: Sequence[str], options: FineTuning, regime: Regime, seed: int
) -> TaskModel:
    """Put a new output layer, drawn from `seed`, on an encoder and freeze what the regime names."""
    output = kind.output(labels, encoder.hidden_size, options, regime.pooling)
    initialise(output, seed)
    freeze(encoder, regime.frozen)
    return TaskModel(encoder, output, kind, regime.pooling)


def load(model: str | Path, device: str = "cpu", precision: str = "fp32") -> tuple[Encoder, PreTrainedTokenizerBase]:
    """The encoder of a model folder or hub id on a device ("auto" = the best there is), and its tokenizer.

    Args:
        model: folder or hub id.
        device: auto, cpu, cuda or mps.
        precision: fp32 or bf16, in which texts are encoded.
    """
    with_head, tokenizer = loading.load(model)
    encoder = Encoder(with_head).to(device_name(device))
    encoder.precision = precision
    return encoder, tokenizer


def initialise(output: nn.Module, seed: int) -> None:
    """Linear layers from N(0, 0.02), as transformers draws them, by a generator of our own."""
    # A generator of its own: the output layer is the same whatever was drawn before, and in every process.
    generator = torch.Generator().manual_seed(seed)
    for module in output.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02, generator=generator)
            nn.init.zeros_(module.bias)


def freeze(encoder: Encoder, layers: int | Literal["all"]) -> None:
    """Keep the first `layers` layers as they are: 1 = embeddings, 2 = embeddings and the first block, ...; or all.

    Raises:
        UserError: the encoder has fewer layers.
    """
    encoder.requires_grad_(False)
    if layers == "all":
        return
    base = encoder.body.model
    blocks = transformer_blocks(base)
    if layers > len(blocks) + 1:
        raise UserError(f"frozen = {layers}: the encoder has embeddings and {len(blocks)} blocks")
    base.requires_grad_(True)
    if layers:
        for name, parameter in base.named_parameters():
            parameter.requires_grad_("embed" not in name)
    # frozen = 3 is the embeddings and two blocks: the first of the three is not among the blocks.
    for block in list(blocks)[: max(0, layers - 1)]:
        block.requires_grad_(False)
