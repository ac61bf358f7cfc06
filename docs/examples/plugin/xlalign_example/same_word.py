"""An aligner that links words which are spelt alike."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.types import Alignment, WordPair


class SameWordSettings(AlignerSettings):
    """Words with the same first letters."""

    kind: Literal["same_word"] = "same_word"
    letters: int = Field(4, ge=1, description="letters that have to be equal")

    def make(self, inputs: AlignerInputs) -> "SameWord":
        """The aligner; a heavy module would be imported here."""
        return SameWord(self.letters)


class SameWord:
    """Links words by their beginnings; every score is 1."""

    def __init__(self, letters: int) -> None:
        self.letters = letters

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in order."""
        return [self._align(source, target) for source, target in pairs]

    def _align(self, source: Sequence[str], target: Sequence[str]) -> Alignment:
        starts = [[word[: self.letters].casefold() for word in side] for side in (source, target)]
        links = tuple((i, j) for i, a in enumerate(starts[0]) for j, b in enumerate(starts[1]) if a == b)
        return Alignment(links, (1.0,) * len(links))
