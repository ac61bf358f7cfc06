"""The gold links of a bitext as an aligner: what a perfect aligner would give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.errors import DataError
from xlalign.types import Alignment, Link, WordPair

if TYPE_CHECKING:
    from xlalign.bitext.corpus import GoldPair


class GoldSettings(AlignerSettings):
    """The sure gold links that the bitext itself holds (`gold_for_train = true`), for experiments on link quality."""

    kind: Literal["gold"] = "gold"

    def make(self, inputs: AlignerInputs) -> GoldLinks:
        """The aligner that looks links up in the gold pairs."""
        return GoldLinks(inputs.gold)


class GoldLinks:
    """Looks up links.

    Args:
        gold: the pairs that have some.
    """

    def __init__(self, gold: Iterable[GoldPair]) -> None:
        self.links = {(tuple(r.source_words), tuple(r.target_words)): tuple(sorted(r.sure)) for r in gold}

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """The gold links of each pair.

        Raises:
            DataError: a pair has none.
        """
        return [self._lookup(pair) for pair in pairs]

    def _lookup(self, pair: WordPair) -> Alignment:
        found: tuple[Link, ...] | None = self.links.get((tuple(pair[0]), tuple(pair[1])))
        if found is None:
            raise DataError(
                f"no gold links for `{' '.join(pair[0])}`", "set prepare.gold_for_train = true, or choose aligner = hmm"
            )
        return Alignment(found, (1.0,) * len(found))
