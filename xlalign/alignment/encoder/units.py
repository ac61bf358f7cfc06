"""What is compared: the subwords of sentences or their words, and batches of pairs that have about as many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.alignment.encoder.embed import Subwords

Longs = NDArray[np.int64]
CELLS = 1 << 21
"""Cells of padded similarity matrices in memory at a time."""


def words_of(subwords: Subwords) -> Subwords:
    """The words of the sentences as units: a new one starts wherever the word or the sentence changes."""
    fresh = np.ones(len(subwords.words), dtype=bool)
    fresh[1:] = subwords.words[1:] != subwords.words[:-1]
    inner = subwords.starts[subwords.starts < len(fresh)]
    fresh[inner] = True
    before = np.concatenate([[0], np.cumsum(fresh)])
    return Subwords(np.flatnonzero(fresh), subwords.words[fresh], before[subwords.starts])


def mean_states(states: Tensor, subwords: Subwords, words: Subwords) -> Tensor:
    """Mean state of each word, (words, D)."""
    counts = np.diff(np.append(words.ids, len(subwords.ids)))
    owner = torch.from_numpy(np.repeat(np.arange(len(counts)), counts)).to(states.device)
    total = torch.zeros(len(counts), states.shape[1], device=states.device, dtype=states.dtype)
    total.index_add_(0, owner, states)
    return total / torch.from_numpy(counts).to(states.device, states.dtype)[:, None]


def similar_batches(starts: Longs) -> Iterator[Longs]:
    """Pairs with units on both sides, in batches of similar shape and at most CELLS padded cells."""
    lengths = np.diff(starts).reshape(-1, 2)
    order = np.lexsort((lengths[:, 1], lengths[:, 0]))
    order = order[lengths[order].min(axis=1) > 0]
    first = 0
    while first < len(order):
        width = np.maximum.accumulate(lengths[order[first:], 0])
        height = np.maximum.accumulate(lengths[order[first:], 1])
        fits = np.arange(1, len(width) + 1) * width * height <= CELLS
        count = max(int(np.argmin(fits)) if not fits.all() else len(fits), 1)
        yield order[first : first + count]
        first += count


def padded_places(starts: Longs, sentences: Longs, device: torch.device) -> tuple[Tensor, Tensor]:
    """Places of the units of some sentences, (B, longest), and which of them are real."""
    lengths = starts[sentences + 1] - starts[sentences]
    columns = np.arange(lengths.max())
    real = columns < lengths[:, None]
    places = np.where(real, starts[sentences][:, None] + columns, 0)
    return torch.from_numpy(places).to(device), torch.from_numpy(real).to(device)
