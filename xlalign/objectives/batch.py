"""A logical batch: examples seen in one or more views, and what else was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from xlalign.objectives.requests import DataRequest, ViewName
from xlalign.objectives.views import Tensors, TokenView

A = TypeVar("A")
Answers = Mapping[DataRequest[Any], Tensors | Tensor]


@dataclass(frozen=True)
class TrainingBatch:
    """One step's examples.

    Attributes:
        ids: names of the examples, for reports.
        views: every view that an objective encodes.
        answers: what else was asked for, by request.
    """

    ids: tuple[str, ...]
    views: Mapping[ViewName, TokenView]
    answers: Answers = field(default_factory=dict)

    def answer(self, request: DataRequest[A]) -> A:
        """What an objective asked for by its options' `requests`.

        Raises:
            KeyError: nobody asked for it.
        """
        return cast("A", self.answers[request])

    def to(self, device: torch.device) -> TrainingBatch:
        """The batch on a device."""
        views = {name: view.to(device) for name, view in self.views.items()}
        return replace(self, views=views, answers={r: own.to(device) for r, own in self.answers.items()})
