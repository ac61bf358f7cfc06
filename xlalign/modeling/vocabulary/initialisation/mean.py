"""The mean of the old pieces that spelled the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from xlalign.modeling.vocabulary.initialisation.base import Extension, Initialisation
from xlalign.modeling.vocabulary.table import PieceTable

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class MeanOfPieces(Initialisation):
    """The mean of the old pieces that spelled the new one; needs no text."""

    kind: Literal["mean"] = "mean"

    def weights(self, extension: Extension) -> csr_matrix:
        """1/n for each of the n old pieces of a string; unknown ones do not count."""
        from scipy.sparse import csr_matrix

        table, pieces = extension.old, extension.pieces
        backend = table.backend()
        rows, columns, values = [], [], []
        for row, piece in enumerate(pieces):
            spelled = [number for number in spelling(table, backend, piece) if number != table.unknown]
            rows += [row] * len(spelled)
            columns += spelled
            values += [1 / max(len(spelled), 1)] * len(spelled)
        return csr_matrix((values, (rows, columns)), shape=(len(pieces), table.size))


def spelling(table: PieceTable, backend: Any, piece: str) -> list[int]:
    """The old ids that spell a piece.

    A WordPiece piece inside a word is spelled with pieces inside words: "##ingly" is "##ing", "##ly".
    """
    prefix = table.inner_prefix
    if not prefix or not piece.startswith(prefix):
        return [token.id for token in backend.model.tokenize(piece)]
    found, rest = [], piece.removeprefix(prefix)
    while rest:
        longest = next((n for n in range(len(rest), 0, -1) if prefix + rest[:n] in table.pieces), 0)
        if longest:
            found.append(table.pieces[prefix + rest[:longest]])
        rest = rest[longest or 1 :]
    return found
