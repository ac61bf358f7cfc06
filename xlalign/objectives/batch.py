"""A logical batch: examples seen in one or more views, without padding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar

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
        values = {field.name: getattr(self, field.name) for field in fields(self)}
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
class View(Tensors):
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
        labelled: the same masked ids with other labels (translations, linked words), when an objective asks for them.
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
    labelled: Mask | None = None

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
class Span(Tensors):
    """Tokens of one chosen word a row, in one view.

    Attributes:
        positions: (M,) tokens of the words.
        rows: (M,) row of each.
    """

    positions: Tensor
    rows: Tensor


@dataclass(frozen=True)
class Links(Tensors):
    """Word links of all pairs of a batch.

    Attributes:
        rows: (K,) pair of each link.
        words: (K, 2) word numbers of each link in the source and in the target view.
    """

    rows: Tensor
    words: Tensor


@dataclass(frozen=True)
class Dictionary(Tensors):
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


@dataclass(frozen=True)
class Batch(Tensors):
    """One step's examples.

    Attributes:
        ids: names of the examples, for reports.
        views: by name ("mono", "source", "target", "concat", ...).
        spans: chosen word of each pair, by view ("source", "target").
        teacher: (B, D) teacher's vector of each pair's source text, when an objective distils it.
        links: word links, when an objective needs them.
        dictionary: entries, when an objective needs them.
        step: 0-based optimizer step.
    """

    ids: tuple[str, ...]
    views: Mapping[str, View]
    spans: Mapping[str, Span]
    links: Links | None = None
    dictionary: Dictionary | None = None
    teacher: Tensor | None = None
    step: int = 0

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        moved: dict[str, Any] = {
            "views": {name: view.to(device) for name, view in self.views.items()},
            "spans": {name: span.to(device) for name, span in self.spans.items()},
            "links": self.links and self.links.to(device),
            "dictionary": self.dictionary and self.dictionary.to(device),
            "teacher": None if self.teacher is None else self.teacher.to(device),
        }
        return replace(self, **moved)
