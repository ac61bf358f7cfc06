"""Word links from encoder states: embed, compare, choose, and go from subwords to words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlalign.alignment.base import EMPTY
from xlalign.alignment.encoder.embed import Embedder, Subwords
from xlalign.alignment.encoder.settings import EncoderSettings
from xlalign.alignment.encoder.units import mean_states, padded_places, similar_batches, words_of
from xlalign.progress import task
from xlalign.types import Alignment, WordPair

Longs = NDArray[np.int64]
CHUNK = 1024
"""Pairs whose states are in memory at a time."""


class EncoderAligner:
    """Aligns by the hidden states of an encoder.

    The encoder is loaded when it is first needed, and again in each process that a copy is sent to.

    Args:
        encoder: model directory or hub id.
        settings: layer, pooling, and the rule that chooses links.
        workers: threads; no result depends on them.
        languages: "<source>-<target>", for encoders that are told them.
    """

    def __init__(self, encoder: str, settings: EncoderSettings, workers: int = 1, languages: str = "") -> None:
        self.encoder = encoder
        self.settings = settings
        self.workers = workers
        self.languages = languages

    @cached_property
    def embedder(self) -> Embedder:
        """The encoder up to the layer used."""
        return Embedder.of(self.encoder, self.settings.layer, self.settings, self.workers, self.languages)

    def __getstate__(self) -> dict[str, Any]:
        # A copy in another process has one thread: its siblings use the other cores.
        return {name: value for name, value in vars(self).items() if name != "embedder"} | {"workers": 1}

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in order."""
        result = [EMPTY] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda n: (len(pairs[n][0]) + len(pairs[n][1]), n))
        with task("align", total=len(pairs), unit="pairs") as running:
            for first in range(0, len(order), CHUNK):
                rows = order[first : first + CHUNK]
                for row, alignment in self._chunk([pairs[row] for row in rows]):
                    result[rows[row]] = alignment
                running.advance(len(rows))
        return result

    @torch.inference_mode()
    def _chunk(self, pairs: Sequence[WordPair]) -> Iterator[tuple[int, Alignment]]:
        subwords = self.embedder.subwords([side for pair in pairs for side in pair])
        states = self.embedder.states(subwords)
        units = subwords if self.settings.pooling == "subword" else words_of(subwords)
        if self.settings.pooling == "word":
            states = mean_states(states, subwords, units)
        if self.settings.compares == "cosine":
            states = torch.nn.functional.normalize(states.float(), dim=-1)
        for batch in similar_batches(units.starts):
            yield from self._batch(batch, units, states)

    def _batch(self, batch: Longs, units: Subwords, states: Tensor) -> Iterator[tuple[int, Alignment]]:
        """Alignments of the pairs `batch` of a chunk; sentences 2 n and 2 n + 1 are pair n."""
        (left, left_real), (right, right_real) = (
            padded_places(units.starts, batch * 2 + side, states.device) for side in (0, 1)
        )
        values = states[left] @ states[right].transpose(1, 2)
        real = left_real[:, :, None] & right_real[:, None, :]
        chosen = self.settings.choose(values, real)
        pair, i, j = chosen.links.nonzero(as_tuple=True)
        scores = chosen.scores[pair, i, j].float().cpu().numpy()
        pairs = pair.cpu().numpy()
        sources = units.words[left[pair, i].cpu().numpy()]
        targets = units.words[right[pair, j].cpu().numpy()]
        yield from _alignments(batch, pairs, sources, targets, scores)


def _alignments(
    batch: Longs, pairs: Longs, sources: Longs, targets: Longs, scores: NDArray[np.float32]
) -> Iterator[tuple[int, Alignment]]:
    """Distinct word links per pair, each with the highest score of its subword links."""
    order = np.lexsort((-scores, targets, sources, pairs))
    rows = np.stack([pairs, sources, targets], axis=1)[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    rows, best = rows[first], scores[order][first].astype(np.float64).round(4).tolist()
    bounds = np.searchsorted(rows[:, 0], np.arange(len(batch) + 1)).tolist()
    links = list(map(tuple, rows[:, 1:].tolist()))
    for place, row in enumerate(batch.tolist()):
        begin, end = bounds[place], bounds[place + 1]
        yield row, Alignment(tuple(links[begin:end]), tuple(best[begin:end]))
