"""Low-rank adapters (LoRA, Hu et al. 2022, arXiv 2106.09685, equation 3), merged before a model is saved."""

from __future__ import annotations

import torch
from torch import nn

from xlalign.errors import MissingExtraError, UserError
from xlalign.modeling.encoder import Encoder

NAME = "default"


def add_adapters(encoder: Encoder, rank: int, seed: int) -> None:
    """Freeze an encoder and put W + 2 B A (alpha = 2 rank) in the place of every linear layer W of its blocks.

    Shapes: W (P, D), A (rank, D) drawn from `seed`, B (P, rank) zeros: nothing changes at first.

    Raises:
        MissingExtraError: peft is not installed.
        UserError: the blocks have no linear layer.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        raise MissingExtraError("lora needs the package peft", "pip install 'xlalign[lora]'") from error
    body = encoder.body.model
    inside = {id(module) for block in encoder.family.blocks(body) for module in block.modules()}
    names = [name for name, m in body.named_modules() if isinstance(m, nn.Linear) and id(m) in inside]
    if not names:
        raise UserError(f"{type(body).__name__} has no linear layers to adapt", "train it whole: lora = 0")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=names), body, NAME)
    encoder.requires_grad_(False)
    for name, parameter in body.named_parameters():
        parameter.requires_grad_("lora_" in name)


def merge_adapters(encoder: Encoder) -> None:
    """Put the adapted layers' own weights back, changed by what the adapters learned."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    body = encoder.body.model
    for name, module in list(body.named_modules()):
        if isinstance(module, BaseTunerLayer):
            module.merge(safe_merge=True)
            above, _, own = name.rpartition(".")
            setattr(body.get_submodule(above), own, module.get_base_layer())
    del body.peft_config
    encoder.requires_grad_(True)
