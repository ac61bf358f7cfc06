"""Any transformers encoder with its own masked-language head, run on rows without padding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from xlalign.errors import DataError, UserError
from xlalign.modeling import attention, packing
from xlalign.modeling.body import Body
from xlalign.modeling.cpu import dropout
from xlalign.modeling.pooling import segment_mean

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load(source: str | Path, revision: str | None = None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load an encoder with its masked-language head (tied to the input embeddings) and its fast tokenizer.

    Args:
        source: a transformers directory or a hub id; weights must be safetensors.
        revision: commit of a hub id.

    Raises:
        UserError: there is no such encoder, or it has no masked-language head, or no fast tokenizer.
    """
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
            model, report = AutoModelForMaskedLM.from_pretrained(
                source, revision=revision, use_safetensors=True, output_loading_info=True
            )
        except (OSError, ValueError, KeyError) as error:
            hint = "give a directory with config.json and model.safetensors, or a hub id when online"
            raise UserError(f"`{source}` is not an encoder that can be loaded: {error}", hint) from error
    _refuse_incomplete(source, report["missing_keys"])
    if not tokenizer.is_fast:
        raise UserError(f"`{source}` has no fast tokenizer", "word links need character offsets; convert it first")
    return model, tokenizer


def load_body(source: str | Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load an encoder without any head, and its fast tokenizer.

    Args:
        source: a transformers directory or a hub id, `id@revision` for a revision.

    Raises:
        UserError: it does not load, or has no fast tokenizer.
    """
    from transformers import AutoModel, AutoTokenizer

    name, _, revision = (str(source), "", "") if Path(source).exists() else str(source).partition("@")
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(name, revision=revision or None, use_fast=True)
            model = AutoModel.from_pretrained(name, revision=revision or None)
        except (OSError, ValueError) as error:
            hint = "give a model directory or a hub id"
            raise UserError(f"encoder `{source}` does not load: {error}", hint) from error
    if not tokenizer.is_fast:
        raise UserError(f"the tokenizer of `{source}` does not tell which word a subword belongs to")
    return model, tokenizer


def _refuse_incomplete(source: str | Path, missing: Sequence[str]) -> None:
    """A head that starts from random numbers is not the checkpoint's head (a fault of the ML-CTL release)."""
    lost = sorted(name for name in missing if "pooler" not in name and "position_ids" not in name)
    if lost:
        raise UserError(
            f"`{source}` lacks weights of its masked-language model: {', '.join(lost[:4])}",
            "use a checkpoint saved with its head (ForMaskedLM)",
        )


def save(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    weights: Mapping[str, Tensor] | None = None,
) -> None:
    """Write a plain transformers directory: config.json, model.safetensors, tokenizer files.

    Args:
        model: the model.
        tokenizer: its tokenizer.
        folder: the directory.
        weights: the model's state, where it is not in the model itself (split among processes).
    """
    with quiet():
        model.save_pretrained(folder, state_dict=weights)
        tokenizer.save_pretrained(folder)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars and load reports off the terminal inside the block."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


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
    """A masked-language model run on packed rows.

    Args:
        model: a transformers masked-language model (BERT, XLM-R, ModernBERT and relatives).

    Attributes:
        hidden_size: width D of the token vectors.
        layers: number L of blocks.
        longest: longest row in tokens that the position table allows.
        family: what differs between encoders.

    Raises:
        UserError: the masked-language head of the model is not known.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        dropout.replace(model)
        self.model = model
        self.body = Body(model.base_model)
        self.family = self.body.family
        self.family.head_of(model)
        self.hidden_size: int = model.config.hidden_size
        self.layers: int = model.config.num_hidden_layers
        self.longest: int = self.body.longest

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
        self.model.base_model.compile(dynamic=True)

    def logits(self, vectors: Tensor) -> Tensor:
        """Vocabulary logits (M, V) of last-layer vectors (M, D)."""
        return self.family.logits(self.model, vectors)

    @property
    def embeddings(self) -> nn.Parameter:
        """The static input rows (V, D), tied to the output layer where the model ties them."""
        return self.model.get_input_embeddings().weight


def check_vocabulary(tokenizer: PreTrainedTokenizerBase) -> None:
    """Refuse a tokenizer without the special tokens that masked-language training needs.

    Raises:
        DataError: one is missing.
    """
    wanted = ("pad_token_id", "cls_token_id", "sep_token_id", "mask_token_id")
    lacking = [name for name in wanted if getattr(tokenizer, name) is None]
    if lacking:
        raise DataError(f"the tokenizer has no {', '.join(n.removesuffix('_id') for n in lacking)}")
