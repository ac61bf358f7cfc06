"""Links from posteriors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlalign.alignment.calibration import Calibration
from xlalign.alignment.hmm.estimate import Directional
from xlalign.alignment.hmm.numbering import Longs, PaddedPairs
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.types import Alignment


def links(
    batch: PaddedPairs, forward: Directional, reverse: Directional, heuristic: Heuristic, calibration: Calibration
) -> Iterator[tuple[int, Alignment]]:
    """Position in the corpus and alignment of each pair of a batch.

    Each word takes its most probable counterpart or none, per direction; `heuristic` combines the two. The score of
    a link is the geometric mean of its two posteriors, made a probability by `calibration`.
    """
    best_source, best_target = _best(forward, axis=2), _best(reverse, axis=1)
    score = calibration(np.sqrt(np.clip(forward.gamma * reverse.gamma, 0.0, 1.0))).round(4)
    for pair, row in enumerate(batch.rows.tolist()):
        width, height = int(batch.source_lengths[pair]), int(batch.target_lengths[pair])
        ahead = [(i, j) for j, i in enumerate(best_source[pair, :height].tolist()) if i >= 0]
        back = [(i, j) for i, j in enumerate(best_target[pair, :width].tolist()) if j >= 0]
        found = symmetrize(ahead, back, heuristic)
        scores = score[pair].tolist()
        yield row, Alignment(found, tuple([scores[j][i] for i, j in found]))


def _best(found: Directional, axis: int) -> Longs:
    """The most probable counterpart of every word, -1 for null; (B, observed)."""
    best = found.gamma.argmax(axis=axis)
    value = np.take_along_axis(found.gamma, np.expand_dims(best, axis), axis).squeeze(axis)
    return np.where(value > found.null, best, -1)
