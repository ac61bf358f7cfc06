"""A model in which a sentence is the counts of its letters and digits, and every known word has a link."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Letters:
    """Picklable, as `xlalign.bitext.models.Models` have to be."""

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        counts = np.array([[text.lower().count(chr(code)) for code in range(48, 123)] for text in texts], dtype=float)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)

    def linked(self, sources: Sequence[str], targets: Sequence[str], languages: tuple[str, str]) -> np.ndarray:
        pairs = zip(sources, targets, strict=True)
        return np.array([[_share(source, target), _share(target, source)] for source, target in pairs])


def _share(text: str, other: str) -> float:
    found = text.split()
    return sum(word in other.split() for word in found) / max(len(found), 1)
