"""What an aligner is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from xlalign.alignment.settings import AlignSettings
from xlalign.bitext.corpus import GoldPair
from xlalign.types import Alignment, WordPair


class Aligner(Protocol):
    """Finds word links."""

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in the order of `pairs`; a pair with an empty side has no links."""
        ...


@runtime_checkable
class Trainable(Protocol):
    """An aligner that learns from the text it is to align."""

    def train(self, pairs: Iterable[WordPair]) -> Aligner:
        """Learn from `pairs`, which are read once; returns an aligner for any of them."""
        ...


@runtime_checkable
class Knowing(Protocol):
    """An aligner that is told the gold links of a language pair."""

    def know(self, rows: Iterable[GoldPair]) -> Aligner:
        """Take in the gold pairs."""
        ...


@runtime_checkable
class Threaded(Protocol):
    """An aligner that can use several threads of its process; no result depends on their number."""

    workers: int


MakeAligner = Callable[[AlignSettings, str | Path | None], Aligner | Trainable]
"""A row of ALIGNERS: settings, and the encoder (model directory or hub id) for those that use one."""
EMPTY = Alignment((), ())
