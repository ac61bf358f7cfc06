"""The gold links of a bitext as an aligner: what a perfect aligner would give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from xlalign.alignment.base import Aligner
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext.corpus import GoldPair
from xlalign.errors import DataError
from xlalign.types import Alignment, Link, WordPair


class GoldLinks:
    """The sure gold links that the bitext itself holds (`gold_for_train = true`), for experiments on link quality."""

    def __init__(self, settings: AlignSettings, encoder: str | Path | None) -> None:
        self.links: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Link, ...]] = {}

    def know(self, rows: Iterable[GoldPair]) -> Aligner:
        """The aligner that looks links up in these gold pairs."""
        self.links = {(tuple(r.source_words), tuple(r.target_words)): tuple(sorted(r.sure)) for r in rows}
        return self

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """The gold links of each pair.

        Raises:
            DataError: a pair has none.
        """
        return [self._links(pair) for pair in pairs]

    def _links(self, pair: WordPair) -> Alignment:
        found = self.links.get((tuple(pair[0]), tuple(pair[1])))
        if found is None:
            raise DataError(
                f"no gold links for `{' '.join(pair[0])}`", "set prepare.gold_for_train = true, or choose aligner = hmm"
            )
        return Alignment(found, (1.0,) * len(found))
