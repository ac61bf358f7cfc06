"""Tokenised examples as rows of token ids, on the host; `xlalign.evaluation.packed` makes batches of them."""

from __future__ import annotations

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
