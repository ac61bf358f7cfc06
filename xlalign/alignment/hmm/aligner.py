"""The statistical aligner before it is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from xlalign.alignment import lexicon as lexicons
from xlalign.alignment.hmm.model import HmmModel
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.hmm.train import LexiconRows, train
from xlalign.types import Alignment, WordPair


class HmmAligner:
    """Trains IBM model 1 and an HMM on the text that it aligns; needs no encoder.

    Args:
        settings: its options.
        lexicon: word pairs known before, as prior: (source, target) -> p(target | source), p(source | target).
        workers: threads; the result does not depend on them.
    """

    def __init__(
        self, settings: HmmSettings | None = None, lexicon: LexiconRows | None = None, workers: int = 1
    ) -> None:
        self.settings = settings or HmmSettings()
        self.lexicon = lexicon
        self.workers = workers

    @classmethod
    def starting_from(cls, priors: Sequence[Path], settings: HmmSettings, workers: int) -> HmmAligner:
        """With lexicon TSVs and MUSE dictionaries as prior."""
        entries = chain.from_iterable(map(lexicons.read_any, priors))
        return cls(settings, lexicons.probabilities(entries) or None, workers)

    def train(self, pairs: Iterable[WordPair]) -> HmmModel:
        """Train on `pairs`, which are read once.

        Raises:
            DataError: no pair has words on both sides.
        """
        return HmmModel(*train(pairs, self.settings, self.lexicon, self.workers), self.settings)

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """Train on `pairs` and align them."""
        return self.train(pairs).align(pairs)
