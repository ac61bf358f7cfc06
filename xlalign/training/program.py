"""A recipe as a trainable program: encoders, objectives, and how their losses add up."""

from __future__ import annotations

import copy
from functools import cached_property

import torch
from torch import Tensor, nn

from xlalign.modeling.encoder import Encoder
from xlalign.objectives import gather
from xlalign.objectives.base import LossOutput, Objective
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.encodings import EncodeOptions, Encodings
from xlalign.objectives.momentum import Follower
from xlalign.objectives.options import Widths
from xlalign.objectives.recipe import TrainingRecipe
from xlalign.objectives.requests import Model, Momentum


class RecipeProgram:
    """The losses of a recipe on one encoder.

    Args:
        recipe: objectives with their weights, and the reduction.
        encoder: the encoder to train.
        seed: of new heads and queues.
        widths: width of each teacher's vectors; the encoder's own where nothing is said.
        budget: tokens in one forward pass; None = what suits the device.
        head_warmup: steps in which the encoder is frozen and only its head learns.
        gradient_cache: hold one chunk's activations at a time and encode every chunk twice.
    """

    def __init__(
        self,
        recipe: TrainingRecipe,
        encoder: Encoder,
        seed: int,
        *,
        widths: Widths | None = None,
        budget: int | None = None,
        gradient_cache: bool = False,
        head_warmup: int = 0,
    ) -> None:
        self.recipe = recipe
        self._head_warmup = head_warmup
        self._waiting = [p for p in encoder.body.model.parameters() if p.requires_grad] if head_warmup else []
        # New heads are drawn from the run's seed, and leave the state of torch's generator as it was.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            objectives = {name: options.build(encoder, widths or {}) for name, options in recipe.objectives.items()}
        self._plan = recipe.passes()
        self._encoding = EncodeOptions(budget, recipe.layers(), gradient_cache)
        # By name, because a set has no order and the copies' names are those of the checkpoint.
        copies = sorted({p.model for p in self._plan} - {"query", "label"}, key=str)
        self.encoders: dict[Model, Encoder] = {"query": encoder}
        self.encoders |= {model: frozen(copy.deepcopy(encoder)) for model in copies}
        self.module = nn.Module()
        self.module.models = nn.ModuleDict({_module_name(model): own for model, own in self.encoders.items()})
        self.module.objectives = nn.ModuleDict(objectives)
        self.objectives: dict[str, Objective] = objectives

    def modules(self) -> nn.Module:
        """Encoders, momentum copies, heads and queues."""
        return self.module

    def encodings(self, batch: TrainingBatch) -> Encodings:
        """The encodings of a batch, planned for all objectives together."""
        return Encodings(batch, self.encoders, self._plan, self._encoding)

    def before_step(self, step: int) -> None:
        """Freeze the encoder below a new head, whose first gradients would spoil it, and let it go again."""
        for parameter in self._waiting:
            parameter.requires_grad_(step >= self._head_warmup)

    def loss(self, batch: TrainingBatch) -> LossOutput:
        """The weighted sum of the objectives' losses."""
        encodings = self.encodings(batch)
        outputs = {name: objective(batch, encodings) for name, objective in self.objectives.items()}
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
        carried = {name: output.carried[""] for name, output in outputs.items() if "" in output.carried}
        return LossOutput(total, sum(output.count for output in outputs.values()), metrics, carried)

    def _shares(self, outputs: dict[str, LossOutput]) -> dict[str, float]:
        """The factor of each mean loss: its weight, times its part of all predictions under `sum_over_all`."""
        weights = {name: options.weight for name, options in self.recipe.objectives.items()}
        if self.recipe.reduction == "mean_each":
            return weights
        device = next(iter(outputs.values())).loss.device
        counts = {name: gather.total(output.count, device) for name, output in outputs.items()}
        return {name: weights[name] * count / max(sum(counts.values()), 1) for name, count in counts.items()}

    def unfilled(self) -> int:
        """Free places of the queue that has most of them."""
        return max((objective.unfilled() for objective in self.objectives.values()), default=0)

    def prefill(self, batch: TrainingBatch) -> None:
        """Put one batch into every queue that has free places."""
        encodings = self.encodings(batch)
        for objective in self.objectives.values():
            if objective.unfilled():
                objective.prefill(batch, encodings)

    def after_step(self, step: int, output: LossOutput) -> None:
        """Move the momentum encoders, once per optimizer step, and hand each objective what its loss left for it."""
        for follower in self._followers:
            follower.step()
        for name, objective in self.objectives.items():
            objective.after_step(output.carried.get(name, ()))

    @cached_property
    def _followers(self) -> list[Follower]:
        momenta = [model for model in self.encoders if isinstance(model, Momentum)]
        return [Follower(self.encoders[model], self.encoders["query"], model.rate) for model in momenta]


def _module_name(model: Model) -> str:
    """A model's name in checkpoints; a dot would part it in two."""
    return f"momentum-{model.rate}".replace(".", "_") if isinstance(model, Momentum) else model


def frozen(encoder: Encoder) -> Encoder:
    """The encoder without gradient."""
    return encoder.requires_grad_(False)
