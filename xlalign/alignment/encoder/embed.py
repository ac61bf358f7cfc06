"""Hidden states of word-tokenised sentences at one layer of any transformers encoder.

The encoder stops at the layer used. Sentences are cut into subwords by word, run in length-sorted batches of a
token budget and come back in input order. A sentence longer than the encoder's window is read in overlapping
windows; each subword keeps the state from the window in which it stands most centrally. Nothing is truncated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from xlalign.errors import DataError, UserError

Longs = NDArray[np.int64]


class Subwords(NamedTuple):
    """Sentences as subwords, one after another: `ids` (N,), `words` (N,) the word of each; starts (sentences + 1,)."""

    ids: Longs
    words: Longs
    starts: Longs


class Piece(NamedTuple):
    """Subwords first:last of all, read in one window; those at keep_first:keep_last are kept."""

    first: int
    last: int
    keep_first: int
    keep_last: int


class Embedder:
    """An encoder up to one layer, with its tokenizer.

    Args:
        source: local model directory or hub id.
        layer: hidden layer; 0 is the embedding output, negative counts from the last.
        device: torch device; None takes a GPU where there is one.
        precision: float32, bfloat16 or float16.
        budget: subwords in a batch, padding included; None is 512 on a CPU and 32768 on a GPU.

    Raises:
        UserError: the model does not load, or does not have that layer.
    """

    def __init__(
        self,
        source: str | Path,
        layer: int = 8,
        device: str | None = None,
        precision: str = "float32",
        budget: int | None = None,
    ) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.budget = budget or (512 if self.device.type == "cpu" else 32768)
        model, self.tokenizer = _load(source)
        self.layer = _cut(model, layer)
        self.model = model.to(self.device, dtype=getattr(torch, precision)).eval()
        self.prefix, self.suffix = _specials(self.tokenizer)
        self.window = _window(model) - len(self.prefix) - len(self.suffix)
        self.size = int(model.config.hidden_size)

    def subwords(self, sentences: Sequence[Sequence[str]]) -> Subwords:
        """Cut every word of every sentence."""
        starts = np.zeros(len(sentences) + 1, dtype=np.int64)
        filled = [number for number, sentence in enumerate(sentences) if sentence]
        if not filled:
            return Subwords(np.empty(0, np.int64), np.empty(0, np.int64), starts)
        encoded = self.tokenizer(
            [list(sentences[number]) for number in filled],
            is_split_into_words=True, add_special_tokens=False, return_attention_mask=False,
            return_token_type_ids=False, verbose=False,
        )  # fmt: skip
        for place, number in enumerate(filled):
            starts[number + 1] = len(encoded["input_ids"][place])
        ids = np.fromiter((i for row in encoded["input_ids"] for i in row), dtype=np.int64)
        words = np.fromiter((w for place in range(len(filled)) for w in encoded.word_ids(place)), dtype=np.int64)
        return Subwords(ids, words, np.cumsum(starts))

    @torch.inference_mode()
    def states(self, subwords: Subwords) -> Tensor:
        """The hidden state of every subword, (N, D) on the device."""
        result = torch.empty(len(subwords.ids), self.size, device=self.device, dtype=self.model.dtype)
        for pieces in self._batches(self._pieces(subwords.starts)):
            hidden = self._hidden(subwords.ids, pieces)
            rows, columns, targets = _kept(pieces, len(self.prefix))
            result[self._on_device(targets)] = hidden[self._on_device(rows), self._on_device(columns)]
        return result

    def _on_device(self, numbers: Longs) -> Tensor:
        return torch.from_numpy(numbers).to(self.device)

    def _hidden(self, ids: Longs, pieces: Sequence[Piece]) -> Tensor:
        """States (pieces, length, D) of one padded batch."""
        rows = [[*self.prefix, *ids[piece.first : piece.last].tolist(), *self.suffix] for piece in pieces]
        length = max(map(len, rows))
        pad = self.tokenizer.pad_token_id or 0
        inputs = torch.tensor([row + [pad] * (length - len(row)) for row in rows], device=self.device)
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows], device=self.device)
        return _run_to(self.model, self.layer, inputs, mask)

    def _pieces(self, starts: Longs) -> Iterator[Piece]:
        for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            yield from windows(first, last, self.window)

    def _batches(self, pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
        extra = len(self.prefix) + len(self.suffix)
        batch: list[Piece] = []
        for piece in sorted(pieces, key=lambda piece: piece.first - piece.last):
            longest = extra + (batch[0].last - batch[0].first if batch else 0)
            if batch and (len(batch) + 1) * longest > self.budget:
                yield batch
                batch = []
            batch.append(piece)
        if batch:
            yield batch


def windows(first: int, last: int, size: int) -> Iterator[Piece]:
    """Overlapping windows of at most `size` subwords over first:last; every subword is kept exactly once."""
    if last <= first:
        return
    begin = [*range(first, last - size, max(size // 2, 1)), max(last - size, first)]
    edges = [first, *((ahead + size + back) // 2 for ahead, back in pairwise(begin)), last]
    for start, kept in zip(begin, pairwise(edges), strict=True):
        yield Piece(start, min(start + size, last), *kept)


def _kept(pieces: Sequence[Piece], prefix: int) -> tuple[Longs, Longs, Longs]:
    """Row, column and place in the result of every kept subword of a batch."""
    targets = [np.arange(piece.keep_first, piece.keep_last) for piece in pieces]
    rows = np.repeat(np.arange(len(pieces)), [len(target) for target in targets])
    columns = [target - piece.first + prefix for target, piece in zip(targets, pieces, strict=True)]
    return rows, np.concatenate(columns), np.concatenate(targets)


class _StopAtLayerError(Exception):
    """Carries the states of the wanted layer out of the forward pass."""

    def __init__(self, states: Tensor) -> None:
        super().__init__()
        self.states = states


def _run_to(model: Any, layer: int, inputs: Tensor, mask: Tensor) -> Tensor:
    """The output of layer `layer`, taken where it is made, before any final norm; nothing after it is run."""
    if layer == 0:
        return model(input_ids=inputs, attention_mask=mask, output_hidden_states=True).hidden_states[0]

    def stop(_module: nn.Module, _inputs: Any, output: Any) -> None:
        raise _StopAtLayerError(output[0] if isinstance(output, tuple) else output)

    handle = _layers(model)[layer - 1].register_forward_hook(stop)
    try:
        model(input_ids=inputs, attention_mask=mask)
    except _StopAtLayerError as stopped:
        return stopped.states
    finally:
        handle.remove()
    raise DataError(f"the encoder never ran its layer {layer}", "choose another layer or encoder")


def _layers(model: nn.Module) -> nn.ModuleList:
    """The stack of transformer layers: the longest list of modules."""
    lists = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    if not lists:
        raise UserError(f"{type(model).__name__} has no stack of layers", "give a transformer encoder")
    return max(lists, key=len)


def _cut(model: nn.Module, layer: int) -> int:
    """Drop the layers after `layer`; returns it counted from the embeddings."""
    stack = _layers(model)
    number = layer if layer >= 0 else len(stack) + 1 + layer
    if not 0 <= number <= len(stack):
        raise UserError(f"the encoder has layers 0 to {len(stack)}, not {layer}", "set align-words.layer")
    del stack[max(number, 1) :]
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
