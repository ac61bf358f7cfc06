"""The rows of a model that belong to pieces: input embeddings, output matrix and output bias, changed alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from xlalign.errors import DataError, UserError
from xlalign.modeling.loading import quiet

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WEIGHTS = ("*.safetensors*", "*.bin*", "*.h5", "*.msgpack", "onnx/*", "openvino/*")
TOKENIZER = ("tokenizer*", "vocab*", "merges.txt", "*.model", "special_tokens_map.json", "added_tokens.json")


class Loaded(NamedTuple):
    """A model, its tokenizer, and the names of weights that its folder does not have (often a pooler)."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    missing: frozenset[str]


def load(folder: Path) -> Loaded:
    """A model of the very class that its folder was saved from, with every head it has, and its fast tokenizer.

    Raises:
        UserError: it does not load.
        DataError: it has fewer rows than its tokenizer has pieces.
    """
    import transformers

    names = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures") or ["AutoModel"]
    factory = getattr(transformers, names[0], transformers.AutoModel)
    with quiet():
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            model, report = factory.from_pretrained(
                folder, use_safetensors=True, trust_remote_code=False, output_loading_info=True
            )
        except (OSError, ValueError, KeyError) as error:
            raise UserError(f"`{folder}` does not load: {error}", "give a folder with model.safetensors") from error
    if not tokenizer.is_fast:
        raise UserError(
            f"`{folder}` has no fast tokenizer", "convert it first: its pieces are read from tokenizer.json"
        )
    rows = len(model.get_input_embeddings().weight)
    if rows < len(tokenizer):
        raise DataError(f"`{folder}` has {rows} rows for the {len(tokenizer)} pieces of its tokenizer")
    return Loaded(model, tokenizer, frozenset(report["missing_keys"]))


def replace_rows(model: PreTrainedModel, make: Callable[[Tensor], Tensor]) -> None:
    """Give a model the rows that `make` makes of the old ones, in place.

    Args:
        model: any transformers model; tied matrices stay tied.
        make: (V, D) -> (V', D), applied to input embeddings, to an output matrix of its own, and to the bias (V, 1).
    """
    before, output = model.get_input_embeddings().weight, model.get_output_embeddings()
    tied = output is None or output.weight is before
    bias = getattr(output, "bias", None)
    with torch.no_grad():
        rows = make(before)
        own = None if tied else make(output.weight)
        shift = None if bias is None else make(bias[:, None])[:, 0]
        model.resize_token_embeddings(len(rows), mean_resizing=False)
        _fill(model.get_input_embeddings(), "weight", rows)
        output = model.get_output_embeddings()
        for name, value in (("weight", own), ("bias", shift)):
            if value is not None:
                _fill(output, name, value)


def _fill(module: nn.Module, name: str, values: Tensor) -> None:
    parameter: Tensor = getattr(module, name)
    if parameter.shape != values.shape:
        raise DataError(f"the model's {name} has shape {tuple(parameter.shape)}, its vocabulary {tuple(values.shape)}")
    parameter.copy_(values)


def renumber_specials(model: PreTrainedModel, number: Mapping[int, int]) -> None:
    """Change the ids of special tokens in the configurations (`pad_token_id`, `eos_token_id`, ...), in place."""
    configs = (model.config, model.config.get_text_config(), getattr(model, "generation_config", None))
    # Often the first two are one object, whose ids must change once.
    for config in {id(config): config for config in configs if config is not None}.values():
        for name, value in list(vars(config).items()):
            if name.endswith("_token_id") and value is not None:
                setattr(config, name, _renumbered(value, number))


def _renumbered(value: Any, number: Mapping[int, int]) -> Any:
    return [number.get(one, one) for one in value] if isinstance(value, list) else number.get(value, value)


def first_position_follows_padding(model: PreTrainedModel) -> bool:
    """Whether positions begin behind the padding id, as in RoBERTa and XLM-R, so that this id must not move."""
    return any(
        isinstance(getattr(module, "padding_idx", None), int)
        and isinstance(getattr(module, "position_embeddings", None), nn.Embedding)
        for module in model.modules()
    )


def save(loaded: Loaded, tokenizer: PreTrainedTokenizerBase, source: Path, out: Path) -> None:
    """Write a transformers folder with everything else that the source has (pooling of sentence vectors, licence).

    What the source lacked is not written: it would be random numbers, and others each time.
    """
    from shutil import copytree, ignore_patterns

    copytree(source, out, ignore=ignore_patterns(*WEIGHTS, *TOKENIZER, ".*", "README.md"), dirs_exist_ok=True)
    with quiet():
        state = loaded.model.state_dict()
        loaded.model.save_pretrained(out, state_dict={k: v for k, v in state.items() if k not in loaded.missing})
        tokenizer.save_pretrained(out)


def parameters(model: PreTrainedModel) -> int:
    """How many numbers a model has, tied ones once."""
    return sum(parameter.numel() for parameter in model.parameters())
