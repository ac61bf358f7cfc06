"""Tokenised examples as rows of token ids, on the host; `xlalign.evaluation.packed` makes batches of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class EncodedRows:
    """Rows of token ids.

    Attributes:
        ids: token ids of each row, special tokens included.
        types: token types of each row, or None where the tokenizer gives none.
        labels: per row one label, or several (tags; start and end of an answer).
        origin: per row the number of the example it comes from; long examples give several rows.
        marks: per row the tokens that are labelled (tagging); empty otherwise.
        extra: per row what decoding needs besides.
        segments: per row the sentence of each token (-1 for special tokens), where a head asks for it.
        unit: consecutive rows that belong together in a batch (the choices of a question).
    """

    ids: list[list[int]]
    types: list[list[int]] | None
    labels: list[Any]
    origin: list[int]
    marks: list[list[int]] = field(default_factory=list)
    extra: list[Any] = field(default_factory=list)
    segments: list[list[int]] = field(default_factory=list)
    unit: int = 1

    def __len__(self) -> int:
        return len(self.ids)

    def lengths(self) -> np.ndarray:
        """Tokens in each row, (R,)."""
        return np.fromiter(map(len, self.ids), dtype=np.int64, count=len(self.ids))


def token_batches(lengths: np.ndarray, budget: int) -> Iterator[np.ndarray]:
    """All rows, longest first, in batches of about `budget` tokens.

    Lengths 2 5 3 with a budget of 6: order 1 2 0, running sums 5 8 10, minus one over 6 = batches 0 1 1.
    """
    order = np.argsort(-lengths, kind="stable")
    batch = (np.cumsum(lengths[order]) - 1) // budget
    yield from np.split(order, np.flatnonzero(np.diff(batch)) + 1)
