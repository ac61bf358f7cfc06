"""What batches are made of: rows of text without padding, and answers to requests, as tensors."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

T = TypeVar("T", bound="Tensors")


@dataclass(frozen=True)
class Tensors:
    """A dataclass whose tensors travel to a device together."""

    def to(self: T, device: torch.device) -> T:
        """The same on `device`; what is not a tensor stays."""
        values = {own.name: getattr(self, own.name) for own in fields(self)}
        moved = {n: v.to(device) for n, v in values.items() if isinstance(v, Tensor | Tensors)}
        return replace(self, **moved)


@dataclass(frozen=True)
class Mask(Tensors):
    """What masked-language training changes in a view.

    Attributes:
        ids: (N,) token ids with 80 % / 10 % / 10 % of the selected tokens masked / random / kept.
        selected: (M,) positions to predict; never a special token.
        labels: (M,) what stood there, or whatever the objective's target says.
    """

    ids: Tensor
    selected: Tensor
    labels: Tensor


@dataclass(frozen=True)
class TokenView(Tensors):
    """B rows of text, as N tokens one row after another.

    Attributes:
        ids: (N,) token ids, special tokens included.
        lengths: (B,) tokens of each row (NumPy: layout is planned on the CPU).
        positions: (N,) 0-based position of each token in its row (restarting at the second sentence on request).
        sides: (N,) 0 for the first sentence of a row and its specials, 1 for the second.
        types: (N,) token types: the sides, or zeros.
        rows: (N,) row of each token.
        words: (N,) word of each token counted in its sentence, -1 on special tokens and between words.
        content: (N,) bool, false on special tokens.
        mask: masked form of the view, when the recipe has one.
        hashes: (B,) int64 content hash of each row's text, equal for equal text.
    """

    ids: Tensor
    lengths: NDArray[np.int64]
    positions: Tensor
    sides: Tensor
    types: Tensor
    rows: Tensor
    words: Tensor
    content: Tensor
    hashes: Tensor
    mask: Mask | None = None

    @property
    def count(self) -> int:
        """Number B of rows."""
        return len(self.lengths)

    @cached_property
    def starts(self) -> Tensor:
        """(B,) position of each row's first token."""
        return torch.from_numpy(np.cumsum(self.lengths) - self.lengths).to(self.ids.device)

    def input(self, masked: bool) -> Tensor:
        """(N,) ids to encode."""
        if not masked:
            return self.ids
        if self.mask is None:
            raise ValueError("this view was built without a mask")
        return self.mask.ids


@dataclass(frozen=True)
class SpanTokens(Tensors):
    """Tokens of one chosen word a row, in one view.

    Attributes:
        positions: (M,) tokens of the words.
        rows: (M,) row of each.
    """

    positions: Tensor
    rows: Tensor


@dataclass(frozen=True)
class WordPairs(Tensors):
    """Word links of all pairs of a batch.

    Attributes:
        rows: (K,) pair of each link.
        words: (K, 2) word numbers of each link in the source and in the target view.
    """

    rows: Tensor
    words: Tensor


@dataclass(frozen=True)
class DictionaryRows(Tensors):
    """Dictionary entries as token ids.

    Attributes:
        source, target: tokens of the entries' two sides, one entry after another.
        source_entry, target_entry: the entry 0..E-1 that each of those tokens belongs to.
        entries: number E of entries.
    """

    source: Tensor
    target: Tensor
    source_entry: Tensor
    target_entry: Tensor
    entries: int
