"""What an aligner is, and the settings that make one.

A row of `ALIGNERS` stands for a settings model: light to import, it knows its fields and makes the aligner. An aligner
that learns from text is a `TrainableAligner`; what it learned is `Saved` if it can write itself to a file, which the
settings model reads again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from xlalign.config import Settings
from xlalign.errors import UserError
from xlalign.types import Alignment, WordPair

if TYPE_CHECKING:
    from xlalign.bitext.corpus import GoldPair

EMPTY = Alignment((), ())


class Aligner(Protocol):
    """Finds word links."""

    def align(self, pairs: Sequence[WordPair]) -> list[Alignment]:
        """One alignment per pair, in the order of `pairs`; a pair with an empty side has no links."""
        ...


@runtime_checkable
class TrainableAligner(Protocol):
    """An aligner that learns from the text it is to align."""

    def train(self, pairs: Iterable[WordPair]) -> Aligner:
        """Learn from `pairs`, which are read once; returns an aligner for any of them."""
        ...


@runtime_checkable
class Saved(Protocol):
    """A trained aligner that can be kept in a file, to align new text."""

    def save(self, path: Path) -> None:
        """Write one file, which `AlignerSettings.load` reads."""
        ...


@dataclass(frozen=True)
class AlignerInputs:
    """What an aligner is given for one language pair, beside its settings.

    Attributes:
        languages: "<source>-<target>".
        encoder: model directory or hub id.
        gold: gold links of the bitext and of given gold standards.
        priors: lexicon TSVs or MUSE dictionaries known beforehand.
        workers: threads of this process; no result may depend on their number.
    """

    languages: str = ""
    encoder: str | Path | None = None
    gold: Sequence[GoldPair] = ()
    priors: Sequence[Path] = ()
    workers: int = 1


class AlignerSettings(Settings):
    """What one aligner may be told; base of the rows of `ALIGNERS`.

    Attributes:
        kind: the name of the row; a subclass gives it its default.
        takes: which of `encoder`, `models` and `priors` of [align-words] the aligner can use.
        model_suffix: of the file that a trained aligner is saved in.
    """

    kind: str
    takes: ClassVar[frozenset[str]] = frozenset()
    model_suffix: ClassVar[str] = ".model"

    def sample_size(self) -> int | None:
        """Pairs of the bitext that a trainable aligner learns from, beside the gold pairs; None for all."""
        return None

    def make(self, inputs: AlignerInputs) -> Aligner | TrainableAligner:
        """The aligner for one language pair.

        Raises:
            UserError: something that it needs is not given.
        """
        raise NotImplementedError

    @classmethod
    def load(cls, path: Path, inputs: AlignerInputs) -> Aligner:
        """The trained aligner that was saved to `path`; `inputs` has the encoder that it may need.

        Raises:
            UserError: this kind of aligner is never saved.
            DataError: the file is missing or damaged.
        """
        name = cls.model_fields["kind"].default
        raise UserError(f"aligner `{name}` keeps no trained model", "use aligner `hmm`, or one with an encoder")
