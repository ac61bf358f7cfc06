"""Which pieces of a vocabulary some languages need; the others can go without a change to the segmentation.

A text all of whose pieces are kept is cut as before. Unigram: the best path is still there, and every path that is
left was there. WordPiece: the longest piece that fits is still the longest. BPE: the merges that make a kept piece
are kept in their order, so the first merge that applies is the same at each step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from xlalign.config import Settings
from xlalign.errors import DataError
from xlalign.modeling.vocabulary.merges import derivation
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.usage import Usage, total

Ints = NDArray[np.int64]
SPACE = "▁"
_BYTE = re.compile("<0x[0-9A-F]{2}>")


class KeepSettings(Settings):
    """Which pieces a trimmed vocabulary keeps, beside special tokens, bytes and characters."""

    minimum_count: int = Field(1, ge=1, description="least number of times that a piece is used in the text")
    coverage: float = Field(
        1.0, gt=0, le=1, description="share of each language's pieces (as used in text) that the kept ones make up"
    )
    pieces: int = Field(
        0, ge=0, description="most pieces that are kept for being used, the frequent ones; 0 = no limit"
    )
    characters: bool = Field(
        True, description="keep every single character; without, those not in the text become unknown (or bytes)"
    )
    scripts: tuple[str, ...] = Field(
        (), description="Unicode scripts (`Arabic`, `Han`) all of whose pieces are kept, for languages of little text"
    )


def kept_ids(table: PieceTable, usage: Mapping[str, Usage], keep: KeepSettings, first: int = 0) -> Ints:
    """The ids that stay, ascending.

    Args:
        table: the vocabulary.
        usage: how each language uses it.
        keep: what is enough to stay.
        first: ids below this one stay in any case.

    Raises:
        DataError: there is no text.
    """
    if not usage:
        raise DataError("no text says which pieces are used", "name a prepare stage in `bitext`, or files in `text`")
    used = _used(usage, keep)
    wanted = {*used.tolist(), *_indispensable(table, characters=keep.characters), *range(first)}
    if keep.scripts:
        wanted |= _written_in(table, keep.scripts)
    if table.algorithm == "BPE":
        wanted |= _ancestors(table, wanted)
    return np.array(sorted(wanted), dtype=np.int64)


def _used(usage: Mapping[str, Usage], keep: KeepSettings) -> Ints:
    """Pieces by use in text: enough of them to cover each language, frequent ones only, `keep.pieces` at most."""
    everything = total(usage)
    covered = np.unique(np.concatenate([_covering(one.counts, keep.coverage) for one in usage.values()]))
    chosen = covered[everything[covered] >= keep.minimum_count]
    by_frequency = chosen[np.argsort(-everything[chosen], kind="stable")]
    return by_frequency[: keep.pieces or None]


def _covering(counts: Ints, coverage: float) -> Ints:
    """The fewest pieces that make up a share of the text; of counts [5, 0, 3, 2] a share of 0.8 takes 0 and 2."""
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    reached = np.cumsum(counts[order])
    needed = np.searchsorted(reached, coverage * counts.sum() * (1 - 1e-12)) + 1
    return order[:needed]


def _indispensable(table: PieceTable, *, characters: bool) -> Iterator[int]:
    """Added tokens, the unknown piece, bytes, single characters, and what decides the cost of the unknown piece."""
    yield from table.added.values()
    if table.unknown is not None:
        yield table.unknown
    if table.algorithm == "Unigram":
        # The unknown piece costs ten more than the worst piece.
        yield min(table.pieces.values(), key=lambda number: table.model["vocab"][number][1])
    for piece, number in table.pieces.items():
        # "▁،" is how a comma behind a space is written: a character too.
        single = len(piece.removeprefix(table.inner_prefix).removeprefix(SPACE)) <= 1
        # Byte-level BPE has a character for each byte: 256 at most, and without them text is lost.
        if _BYTE.fullmatch(piece) or (single and (characters or _is_byte_level(table))):
            yield number


def _written_in(table: PieceTable, scripts: tuple[str, ...]) -> set[int]:
    """Pieces whose letters, one at least, all belong to the scripts.

    Raises:
        DataError: Unicode has no such script.
    """
    import regex  # type: ignore[import-untyped]

    one_of = "".join(rf"\p{{Script={script}}}" for script in scripts)
    try:
        pattern = regex.compile(rf"(?V1)[\P{{L}}{one_of}]*[\p{{L}}&&[{one_of}]][\P{{L}}{one_of}]*")
    except regex.error as error:
        hint = "write the names of Unicode, as in Arabic, Han, Cyrillic"
        raise DataError(f"`keep.scripts` names no script: {', '.join(scripts)}", hint) from error
    if not _is_byte_level(table):
        return {n for piece, n in table.pieces.items() if pattern.fullmatch(piece.removeprefix(table.inner_prefix))}
    decoder = table.backend().decoder  # a byte that is no whole character is read as U+FFFD, which is no letter
    return {number for piece, number in table.pieces.items() if pattern.fullmatch(decoder.decode([piece]))}


def _is_byte_level(table: PieceTable) -> bool:
    return table.algorithm == "BPE" and "ByteLevel" in str(table.content["pre_tokenizer"])


def _ancestors(table: PieceTable, wanted: set[int]) -> set[int]:
    """The pieces from which byte-pair merges make the wanted ones."""
    ranks = {merge: rank for rank, merge in reversed(list(enumerate(table.merges)))}
    names = {number: piece for piece, number in table.pieces.items()}
    needed = {part for number in wanted if number in names for part in derivation(names[number], ranks)}
    return {table.pieces[part] for part in needed if part in table.pieces}
