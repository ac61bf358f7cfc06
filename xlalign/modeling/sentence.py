"""Sentence encoders as their makers mean them: prompt, layer, pooling, Dense layers, length."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from xlalign.errors import UserError
from xlalign.modeling.embed import Floats, Point, text_vectors, unit_rows
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.hub import folder_of
from xlalign.modeling.sentence_files import SentenceSetup, read_setup

ACTIVATIONS = {"Tanh": nn.Tanh, "Identity": nn.Identity, "GELU": nn.GELU, "ReLU": nn.ReLU}


class SentenceEncoder:
    """Texts to vectors.

    Args:
        encoder, tokenizer: the encoder.
        setup: how vectors are made of its states.

    Attributes:
        width: P, values of a vector.
    """

    def __init__(self, encoder: Encoder, tokenizer: Any, setup: SentenceSetup) -> None:
        self.encoder, self.tokenizer, self.setup = encoder, tokenizer, setup
        layers = [_dense(folder) for folder in setup.dense]
        self._dense = nn.Sequential(*layers)
        self.width: int = layers[-1].linear.out_features if layers else encoder.hidden_size

    @property
    def point(self) -> Point:
        """Where its vectors are taken."""
        return Point(self.setup.layer % (self.encoder.layers + 1), self.setup.pooling)

    def vectors(self, texts: Sequence[str], prompt: str | None = None, max_length: int | None = None) -> Floats:
        """Vectors (n, P) of n texts.

        Args:
            texts: the texts.
            prompt: what is put before each; None = the encoder's own.
            max_length: longest row in tokens; None = the encoder's own.
        """
        before = self.setup.prompt if prompt is None else prompt
        texts = [before + text for text in texts]
        texts = [text.lower() for text in texts] if self.setup.lowercase else texts
        point = self.point
        found = text_vectors(self.encoder, self.tokenizer, texts, [point], max_length or self.setup.max_length)[point]
        with torch.no_grad():
            found = self._dense(torch.from_numpy(found)).numpy()
        return unit_rows(found) if self.setup.normalise else found


def asked_setup(
    source: str | Path,
    layer: int | Literal["own"] = "own",
    pooling: str = "own",
    prompt: str | None = None,
) -> SentenceSetup:
    """How sentence vectors of an encoder are made: as its own files say, but for what is asked.

    Args:
        source: folder or hub id.
        layer: hidden state; "own" = the encoder's, the last where it is no sentence encoder.
        pooling: "own" = the encoder's, mean where it is no sentence encoder.
        prompt: put before every text; None = the encoder's own, if any.
    """
    setup = setup_of(source) or SentenceSetup()
    if layer != "own" or pooling != "own":
        # Dense layers were trained for the encoder's own vectors: they fit no others.
        setup = replace(
            setup,
            layer=setup.layer if layer == "own" else layer,
            pooling=setup.pooling if pooling == "own" else pooling,
            dense=(),
        )
    return setup if prompt is None else replace(setup, prompt=prompt)


def setup_of(source: str | Path) -> SentenceSetup | None:
    """What a folder or a repository of the hub says of itself; None where it is no sentence encoder."""
    return read_setup(folder_of(source))


class Dense(nn.Module):
    """A linear layer and its activation."""

    def __init__(self, linear: nn.Linear, activation: nn.Module) -> None:
        super().__init__()
        self.linear, self.activation = linear, activation

    def forward(self, vectors: Tensor) -> Tensor:
        """(n, D) -> (n, P)."""
        found: Tensor = self.activation(self.linear(vectors))
        return found


def _dense(folder: Path) -> Dense:
    """The layer of a folder.

    Raises:
        UserError: it is pickled, or has an activation that is not known.
    """
    from safetensors.torch import load_file

    path = folder / "model.safetensors"
    if not path.is_file():
        raise UserError(f"`{folder}` has no model.safetensors", "convert its pytorch_model.bin to safetensors")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    name = str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rpartition(".")[2]
    if name not in ACTIVATIONS:
        raise UserError(f"{folder}: activation {name} is not known", f"known: {', '.join(ACTIVATIONS)}")
    weights: dict[str, Tensor] = {key.removeprefix("linear."): value.float() for key, value in load_file(path).items()}
    linear = nn.Linear(config["in_features"], config["out_features"], bias="bias" in weights)
    linear.load_state_dict(weights)
    return Dense(linear, ACTIVATIONS[name]())
