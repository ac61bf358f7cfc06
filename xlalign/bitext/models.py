"""What filters and mining ask of the models of later stages; who calls `prepare` brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xlalign.bitext.margin import Vectors
from xlalign.errors import UserError


class Models(Protocol):
    """Trained models; pickled to the processes that clean text, so they load what they need when asked."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of N sentences in any language, (N, D)."""

    def linked(
        self, sources: Sequence[str], targets: Sequence[str], languages: tuple[str, str]
    ) -> npt.NDArray[np.float64]:
        """For both sides of N pairs the mean over the words of the probability of their best link, (N, 2)."""


_current: ContextVar[Models | None] = ContextVar("models", default=None)


def current() -> Models:
    """The models at hand.

    Raises:
        UserError: there are none.
    """
    if (found := _current.get()) is None:
        raise UserError("mining and the filters `embedding` and `links` need a trained model", _HINT)
    return found


_HINT = 'set `encoder` or `links` in [prepare]: `encoder = "base"`, a stage, folder or hub id'


@contextmanager
def using(models: Models | None) -> Iterator[None]:
    """Make `models` the current ones inside the block."""
    token = _current.set(models)
    try:
        yield
    finally:
        _current.reset(token)
