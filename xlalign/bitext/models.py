"""What filters and mining ask of the models of later stages; who calls `prepare` brings them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xlalign.bitext.margin import Vectors
from xlalign.errors import UserError


class TrainedModels(Protocol):
    """Trained models; pickled to the processes that clean text, so they load what they need when asked."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of N sentences in any language, (N, D)."""

    def linked(
        self, sources: Sequence[str], targets: Sequence[str], languages: tuple[str, str]
    ) -> npt.NDArray[np.float64]:
        """For both sides of N pairs the mean over the words of the probability of their best link, (N, 2)."""


class NoModels:
    """Stands where `[prepare]` names no model, and says so when it is asked."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Raises UserError."""
        raise _missing()

    def linked(
        self, sources: Sequence[str], targets: Sequence[str], languages: tuple[str, str]
    ) -> npt.NDArray[np.float64]:
        """Raises UserError."""
        raise _missing()


def _missing() -> UserError:
    return UserError(
        "mining and the filters `embedding` and `links` need a trained model",
        'set `encoder` or `links` in [prepare]: `encoder = "base"`, a stage, folder or hub id',
    )
