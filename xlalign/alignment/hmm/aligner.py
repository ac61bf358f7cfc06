"""The statistical aligner as a row of ALIGNERS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from xlalign.alignment.hmm.model import HmmModel, from_trained
from xlalign.alignment.hmm.train import LexiconRows, train
from xlalign.alignment.settings import AlignSettings
from xlalign.types import Alignment, WordPair


class HmmAligner:
    """Trains IBM model 1 and an HMM on the text that it aligns; needs no encoder.

    Args:
        settings: the `hmm` table and the heuristic are used.
        encoder: ignored.
        lexicon: word pairs known before, as prior: (source, target) -> p(target | source), p(source | target).
    """

    def __init__(
        self,
        settings: AlignSettings | None = None,
        encoder: str | Path | None = None,
        lexicon: LexiconRows | None = None,
    ) -> None:
        self.settings = settings or AlignSettings()
        self.lexicon = lexicon
        self.workers = 1

    def train(self, pairs: Iterable[WordPair]) -> HmmModel:
        """Train on `pairs`, which are read once.

        Raises:
            DataError: no pair has words on both sides.
        """
        trained = train(pairs, self.settings.hmm, self.lexicon, self.workers)
        return from_trained(trained, self.settings.hmm, self.settings.heuristic)

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """Train on `pairs` and align them."""
        return self.train(pairs).align(pairs)
