"""The encodings of one batch: planned together, run once, shared by all objectives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from xlalign.modeling import packing
from xlalign.modeling.encoder import Encoder, States
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.requests import Model, Momentum, Pass, ViewName
from xlalign.objectives.views import TokenView


class EncodeOptions(NamedTuple):
    """How encoders are run: tokens in one forward pass (None = what suits the device), layers that are read (None =
    all), and whether chunks are encoded again in the backward pass.
    """

    budget: int | None = None
    layers: frozenset[int] | None = None
    recompute: bool = False


class Encodings:
    """Runs encoders over the views of one batch, each (view, masked, attend, model) once.

    Args:
        batch: the batch.
        models: "query", which is trained, and "init" or momentum copies, which are not. "label" stands for the query
            encoder without dropout and without gradient.
        plan: encodings that will be wanted. Those of one model are run as one packed pass, so that rows of
            several views share length-sorted chunks.
        options: tokens in one forward pass, layers that are read, gradient caching.
    """

    def __init__(
        self,
        batch: TrainingBatch,
        models: Mapping[Model, Encoder],
        plan: Iterable[Pass] = (),
        options: EncodeOptions | None = None,
    ) -> None:
        self.batch, self.models, self.options = batch, models, options or EncodeOptions()
        self._plan = list(dict.fromkeys(plan))
        self._done: dict[Pass, States] = {}

    def hidden(
        self,
        view: ViewName,
        *,
        masked: bool = False,
        attend: Literal["full", "cross"] = "full",
        model: Model = "query",
    ) -> States:
        """Token vectors of a view.

        Args:
            view: name of a view of the batch.
            masked: encode the masked form.
            attend: "full", or "cross" for masked tokens that see the other sentence only.
            model: which encoder; only "query" has a gradient.
        """
        wanted = Pass(view, masked, attend, model)
        if wanted not in self._done:
            # The first that is asked for runs all of its model and attention: their rows then share length-sorted
            # chunks.
            together = [p for p in self._plan if (p.model, p.attend) == (model, attend) and p not in self._done]
            self._run(together if wanted in together else [wanted])
        return self._done[wanted]

    def _run(self, passes: Sequence[Pass]) -> None:
        views = [self.batch.views[p.view] for p in passes]
        joined = {name: _cat([getattr(v, name) for v in views]) for name in ("positions", "types")}
        ids = _cat([view.input(p.masked) for view, p in zip(views, passes, strict=True)])
        lengths = np.concatenate([view.lengths for view in views])
        visible = conditional(views) if passes[0].attend == "cross" else None
        plan = packing.layout(lengths, self.options.budget or packing.CHUNK.get(ids.device.type, 4096), visible)
        with _mode(self.models, passes[0].model) as encoder:
            states = encoder(
                ids,
                joined["positions"],
                joined["types"],
                plan.to(ids.device),
                keep=self.options.layers,
                recompute=self.options.recompute,
            )
        # Views of 5 and 3 tokens lie at [0, 5) and [5, 8) of the pass that encoded both.
        start = 0
        for view, p in zip(views, passes, strict=True):
            stop = start + len(view.ids)
            self._done[p] = States(states.chunks, states.inverse[start:stop], states.depth)
            start = stop


@contextmanager
def _mode(models: Mapping[Model, Encoder], name: Model) -> Iterator[Encoder]:
    """The encoder `name`, in the gradient and dropout mode that goes with it; a momentum copy keeps its dropout."""
    if name == "query":
        yield models[name]
        return
    encoder = models["query" if name == "label" else name]
    training = encoder.training
    if isinstance(name, Momentum) or not training:
        with torch.no_grad():
            yield encoder
        return
    # A label must not move with the dropout of the step that learns it.
    encoder.eval()
    try:
        with torch.no_grad():
            yield encoder
    finally:
        encoder.train()


def conditional(views: Sequence[TokenView]) -> packing.Visible:
    """The rule that predicts masked tokens of one sentence from the other sentence alone."""
    masked = [torch.zeros(len(v.ids), dtype=torch.bool) for v in views]
    for view, hidden in zip(views, masked, strict=True):
        if view.mask is not None:
            hidden[view.mask.selected.cpu()] = True
    return packing.Visible(_cat([v.sides.cpu() for v in views]), _cat(masked))


def _cat(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))
