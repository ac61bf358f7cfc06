"""A recipe as a trainable program: encoders, objectives, and how their losses add up."""

from __future__ import annotations

import copy
from functools import cached_property

import torch
from torch import Tensor, nn

from xlalign.modeling.encoder import Encoder
from xlalign.objectives import OBJECTIVES, gather
from xlalign.objectives.base import LossOutput, Objective
from xlalign.objectives.batch import Batch
from xlalign.objectives.momentum import Follower
from xlalign.objectives.options import Recipe
from xlalign.objectives.passes import EncodeOptions, Passes


class RecipeProgram:
    """The losses of a recipe on one encoder.

    Args:
        recipe: objectives with their weights, and the reduction.
        encoder: the encoder to train.
        seed: of new heads and queues.
        budget: tokens in one forward pass; None = what suits the device.
        gradient_cache: hold one chunk's activations at a time and encode every chunk twice.
    """

    def __init__(
        self, recipe: Recipe, encoder: Encoder, seed: int, *, budget: int | None = None, gradient_cache: bool = False
    ) -> None:
        self.recipe = recipe
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            objectives = {
                name: OBJECTIVES.get(options.kind)(options, encoder) for name, options in recipe.objectives.items()
            }
        self._plan = recipe.passes()
        layers = frozenset(layer for objective in objectives.values() for layer in objective.layers())
        self._encoding = EncodeOptions(budget, layers, gradient_cache)
        self.momentum = max(getattr(o, "momentum", 0.0) for o in recipe.objectives.values())
        copies = {"momentum", "init"} & {p.model for p in self._plan}
        models = {"query": encoder, **{name: frozen(copy.deepcopy(encoder)) for name in sorted(copies)}}
        self.module = nn.Module()
        self.module.models = nn.ModuleDict(models)
        self.module.objectives = nn.ModuleDict(objectives)
        self.encoders: dict[str, Encoder] = models
        self.objectives: dict[str, Objective] = objectives

    def modules(self) -> nn.Module:
        """Encoders, momentum copy, heads and queues."""
        return self.module

    def passes(self, batch: Batch) -> Passes:
        """The encodings of a batch, planned for all objectives together."""
        return Passes(batch, self.encoders, self._plan, self._encoding)

    def loss(self, batch: Batch) -> LossOutput:
        """The weighted sum of the objectives' losses."""
        passes = self.passes(batch)
        outputs = {name: objective(batch, passes) for name, objective in self.objectives.items()}
        shares = self._shares(outputs)
        # Gradients add up over processes by construction, and DDP averages them.
        total = torch.stack([shares[name] * output.loss for name, output in outputs.items()]).sum() * gather.world()
        parts = [torch.as_tensor(shares[name] * output.metrics["loss"]) for name, output in outputs.items()]
        metrics: dict[str, Tensor | float] = {
            "loss": torch.stack(parts).sum(),
            "tokens": float(sum(len(v.ids) for v in batch.views.values())),
        }
        for name, output in outputs.items():
            metrics |= {f"{name}/{key}": value for key, value in output.metrics.items()}
        return LossOutput(total, sum(output.count for output in outputs.values()), metrics)

    def _shares(self, outputs: dict[str, LossOutput]) -> dict[str, float]:
        """The factor of each mean loss: its weight, times its part of all predictions under `sum_over_all`."""
        weights = {name: options.weight for name, options in self.recipe.objectives.items()}
        if self.recipe.reduction == "mean_each":
            return weights
        device = next(iter(outputs.values())).loss.device
        counts = {name: gather.total(output.count, device) for name, output in outputs.items()}
        return {name: weights[name] * count / max(sum(counts.values()), 1) for name, count in counts.items()}

    def prefill(self, batch: Batch) -> bool:
        """Fill queues from one batch; false when all are full."""
        passes = self.passes(batch)
        wanted = [objective.prefill(batch, passes) for objective in self.objectives.values()]
        return any(wanted)

    def after_step(self, step: int) -> None:
        """Move the momentum encoder, once per optimizer step, and update queues."""
        if self.momentum:
            self._follower.step()
        for objective in self.objectives.values():
            objective.after_step(self.encoders["query"])

    @cached_property
    def _follower(self) -> Follower:
        return Follower(self.encoders["momentum"], self.encoders["query"], self.momentum)


def frozen(encoder: Encoder) -> Encoder:
    """The encoder without gradient."""
    return encoder.requires_grad_(False)
