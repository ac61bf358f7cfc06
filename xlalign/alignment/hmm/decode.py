"""Links from posteriors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlalign.alignment.hmm.corpus import Batch
from xlalign.alignment.hmm.estimate import Directional
from xlalign.alignment.symmetrize import Heuristic, symmetrize
from xlalign.types import Alignment


def links(
    batch: Batch, forward: Directional, reverse: Directional, heuristic: Heuristic
) -> Iterator[tuple[int, Alignment]]:
    """Corpus position and alignment of each pair of a batch.

    Each word takes its most probable counterpart or none, per direction; `heuristic` combines the two. The score of
    a link is the geometric mean of its two posteriors.
    """
    best_source, has_source = forward.gamma.argmax(axis=2), forward.gamma.max(axis=2) > forward.null
    best_target, has_target = reverse.gamma.argmax(axis=1), reverse.gamma.max(axis=1) > reverse.null
    score = np.sqrt(np.clip(forward.gamma * reverse.gamma, 0.0, 1.0))
    for pair, row in enumerate(batch.rows.tolist()):
        width, height = int(batch.source_lengths[pair]), int(batch.target_lengths[pair])
        targets, sources = np.flatnonzero(has_source[pair, :height]), np.flatnonzero(has_target[pair, :width])
        ahead = zip(best_source[pair, targets].tolist(), targets.tolist(), strict=True)
        back = zip(sources.tolist(), best_target[pair, sources].tolist(), strict=True)
        found = symmetrize(ahead, back, heuristic)
        yield row, Alignment(found, tuple(round(float(score[pair, j, i]), 4) for i, j in found))
