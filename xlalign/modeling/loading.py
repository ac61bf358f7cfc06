"""The one loader of all stages, and how a model is saved.

Weights are safetensors; none may be missing (but a head that is asked for as new), all are finite; code that comes with
a model runs only where the pipeline file allows it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xlalign.errors import UserError, shown
from xlalign.modeling import remote_code
from xlalign.modeling.families import family_of
from xlalign.modeling.hub import folder_of
from xlalign.modeling.inspection import config_of, faults_of_folder, has_head, weight_files

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")  # transformers would fetch a converted revision unasked


def load(
    source: str | Path, *, needs_head: bool = False, new_head: bool = False
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load an encoder, with the head that predicts tokens where it was saved with one, and its fast tokenizer.

    Args:
        source: a transformers directory or a hub id, `id@revision` for a revision.
        needs_head: tokens will be predicted.
        new_head: put a new head on it, tied to the input embeddings, where it has none.

    Raises:
        UserError: it does not load as it should, and why.
    """
    folder = folder_of(source)
    config = _config(folder, needs_head and not new_head)
    headed = has_head(config.to_dict())
    model = _model(folder, config, headed or new_head, fresh=new_head and not headed)
    return model, load_tokenizer(folder)


def load_body(source: str | Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load an encoder without any head, and its fast tokenizer; source and errors as of `load`."""
    folder = folder_of(source)
    config = _config(folder, False)
    model = _model(folder, config, headed=False)
    return family_of(config).body_of(model), load_tokenizer(folder)


def load_tokenizer(source: str | Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model directory or a hub id (`id@revision` for a revision).

    Raises:
        UserError: there is none, or it is not a fast one.
    """
    from transformers import AutoTokenizer

    folder = folder_of(source)
    with quiet():
        try:
            trusted = remote_code.runs(config_of(folder))
            tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=trusted)
        except Exception as error:  # tokenizers raises bare ones
            hint = "give a directory with tokenizer.json, or a hub id when online"
            said = shown(str(error))[:500]
            raise UserError(f"`{source}` has no tokenizer that can be loaded: {said}", hint) from error
    if not tokenizer.is_fast:
        raise UserError(f"`{source}` has no fast tokenizer", "word links need character offsets; convert it first")
    return tokenizer


def _config(folder: Path, needs_head: bool) -> Any:
    """The configuration, once nothing speaks against the folder."""
    from transformers import AutoConfig

    for message, hint in faults_of_folder(folder, needs_head):
        raise UserError(message, hint)
    with quiet(), _load_errors(folder):
        return AutoConfig.from_pretrained(folder, trust_remote_code=remote_code.runs(config_of(folder)))


def _model(folder: Path, config: Any, headed: bool, *, fresh: bool = False) -> PreTrainedModel:
    import transformers

    family = family_of(config)
    loader = getattr(transformers, family.loader(next(iter(config.architectures or ()), ""), headed))
    if fresh:
        config.tie_word_embeddings = True
    with quiet(), _load_errors(folder):
        model, report = loader.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            trust_remote_code=remote_code.runs(config.to_dict()),
            dtype=torch.float32,
            output_loading_info=True,
        )
    _refuse_incomplete(folder, report["missing_keys"], family.body_of(model) if fresh else None, model)
    _refuse_infinite(folder, model)
    _mend_pooler(folder, family.body_of(model), report)
    family.prepare(model)
    return model


@contextmanager
def _load_errors(folder: Path) -> Iterator[None]:
    """What transformers says about a model that it cannot load, as an error of ours."""
    try:
        yield
    except Exception as error:  # of every class of transformers', safetensors' and of the hub's that checks a field
        hint = "save model and configuration together with `save_pretrained`, or download the model again"
        said = shown(str(error))[:500]
        raise UserError(f"`{folder}` is not an encoder that can be loaded: {said}", hint) from error


def _refuse_incomplete(folder: Path, missing: Sequence[str], body: nn.Module | None, model: nn.Module) -> None:
    """Weights that start from random numbers are not the checkpoint's (a fault of the ML-CTL release).

    With a `body` its own weights are wanted, and the head's may be new.
    """
    lost = sorted(name for name in missing if "pooler" not in name and "position_ids" not in name)
    if body is not None:
        own = {id(value) for value in body.parameters()}
        weights = dict(model.named_parameters(remove_duplicate=False))
        lost = [key for key in lost if key in weights and id(weights[key]) in own]
    if lost:
        raise UserError(
            f"`{folder}` lacks weights that its configuration names: {', '.join(lost[:4])}",
            "use a checkpoint saved whole (with its masked-language head: ForMaskedLM)",
        )


def _refuse_infinite(folder: Path, model: nn.Module) -> None:
    for key, value in model.named_parameters():
        if not torch.isfinite(value.sum()):
            raise UserError(f"`{folder}`: weights of {key} are not finite (NaN or infinity)", "use a sound checkpoint")


def _mend_pooler(folder: Path, body: PreTrainedModel, report: Mapping[str, Any]) -> None:
    """A pooler that the checkpoint lacks is dropped, one that the class with a head would lose is kept (untrained)."""
    if any("pooler." in key for key in report["missing_keys"]):
        body.pooler = None
    lost = [key for key in report["unexpected_keys"] if "pooler." in key]
    if lost and getattr(body, "pooler", body) is None:
        with torch.device("meta"):
            fresh = type(body)(body.config).pooler
        fresh = fresh.to_empty(device="cpu")
        fresh.load_state_dict({key.rpartition("pooler.")[2]: value for key, value in _tensors(folder, lost).items()})
        body.pooler = fresh.requires_grad_(False)


def _tensors(folder: Path, names: Sequence[str]) -> dict[str, Tensor]:
    from safetensors import safe_open

    found: dict[str, Tensor] = {}
    for path in weight_files(folder):
        with safe_open(path, "pt") as file:
            found |= {key: file.get_tensor(key).float() for key in file.keys() if key in names}  # noqa: SIM118
    return found


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
