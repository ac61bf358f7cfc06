"""What an initialisation is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xlalign.config import Settings
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.usage import Text

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from torch import Tensor


@dataclass(frozen=True)
class Extension:
    """A vocabulary before and after it was extended, and the text that says what its pieces mean.

    Attributes:
        old, new: the vocabularies; ids from `old.size` on are new.
        languages: the new languages.
        text: language -> sentences, of new and known languages.
        pairs: sentence pairs, each side with its language.
        dictionary: (word of a new language, word of a known one).
    """

    old: PieceTable
    new: PieceTable
    languages: tuple[str, ...]
    text: Mapping[str, Sequence[str]]
    pairs: Sequence[tuple[Text, Text]] = ()
    dictionary: Sequence[tuple[str, str]] = ()

    @property
    def pieces(self) -> list[str]:
        """The N new pieces in the order of their ids."""
        return [piece for piece, number in self.new.pieces.items() if number >= self.old.size]

    @property
    def known(self) -> list[str]:
        """The languages of the text that are not new."""
        return [language for language in self.text if language not in self.languages]


class Initialisation(Settings):
    """Base of the settings of an initialisation, which also computes it."""

    kind: str

    def needs_dictionary(self) -> bool:
        """Whether words of the new language have to come with translations."""
        return False

    def weights(self, extension: Extension) -> csr_matrix:
        """(N, V) what each of the N new rows takes of the V old ones; a row without weights is drawn at random."""
        raise NotImplementedError

    def source(self, rows: Tensor) -> Tensor:
        """The matrix (V, D) that is summed over; the old rows unless a method smooths them."""
        return rows


class RandomRows(Initialisation):
    """Drawn from the mean and the deviation of the old rows, number by number: what the others have to beat."""

    kind: Literal["random"] = "random"

    def weights(self, extension: Extension) -> csr_matrix:
        """No weights at all."""
        from scipy.sparse import csr_matrix

        return csr_matrix((len(extension.pieces), extension.old.size))
