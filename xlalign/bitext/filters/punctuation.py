"""Sentence ends that differ between the sides."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from xlalign.bitext.batch import Batch
from xlalign.bitext.filters.base import BatchFilter, Scores


class Punctuation(BatchFilter):
    """Score: -log(1 + d + s), with d the difference in the numbers of sentence ends and s those beyond one a side.

    The terminal punctuation score of Vazquez et al. (2019), "The University of Helsinki submission to the WMT19
    parallel corpus filtering task", with the marks of more scripts. Off by default: it drops pairs of several
    sentences.
    """

    compares: ClassVar[bool] = True
    unit: ClassVar[str] = "-log marks"
    edges: ClassVar[tuple[float, ...]] = (-10, -5, -4, -3, -2.5, -2, -1.5, -1, -0.5, 0)

    min: float = Field(-2, description="smallest score", le=0)

    def scores(self, batch: Batch) -> Scores:
        """The terminal punctuation score, (N,)."""
        source, target = batch.source.count("stop"), batch.target.count("stop")
        beyond = np.maximum(source - 1, 0) + np.maximum(target - 1, 0)
        return -np.log1p(np.abs(source - target) + beyond)

    def accept(self, score: Any) -> Any:
        """Not below the smallest score."""
        return score >= self.min
