"""Dictionary entries as tokens, read from the lexicon of an alignments artifact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign.errors import DataError
from xlalign.objectives.batch import Dictionary
from xlalign.training.hashing import Hashes, key, mix, text_hashes, uniform
from xlalign.training.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Ints = NDArray[np.int64]


class Entry(NamedTuple):
    """A word and its translation."""

    source: str
    target: str
    source_lang: str
    target_lang: str


@dataclass(frozen=True)
class Entries:
    """E dictionary entries.

    Attributes:
        tokens: 2E texts; entry e has source 2e and target 2e + 1.
        hashes: (E,) of the entries.
        words: the entries as read.
    """

    tokens: Tokens
    hashes: Hashes
    words: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.hashes)

    def select(self, chosen: Ints) -> Dictionary:
        """The chosen entries (E',) as a batch of embedding rows."""
        sides = []
        for side in (0, 1):
            texts = 2 * chosen + side
            lengths = self.tokens.lengths[texts]
            inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            ids = self.tokens.ids[np.repeat(self.tokens.borders[texts], lengths) + inside].astype(np.int64)
            sides += [torch.from_numpy(ids), torch.from_numpy(np.repeat(np.arange(len(chosen)), lengths))]
        return Dictionary(sides[0], sides[2], sides[1], sides[3], len(chosen))

    def draw(self, seed: int, step: int, count: int) -> Ints:
        """`count` entries for a step, without repetition; all of them when `count` is 0."""
        if not 0 < count < len(self):
            return np.arange(len(self))
        return np.sort(np.argsort(mix(key(seed, "entries", step), self.hashes), kind="stable")[:count])

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """(E,) whether both sides are one token."""
        return (self.tokens.lengths.reshape(-1, 2) == 1).all(1)

    def lookup(self) -> dict[tuple[str, str], list[int]]:
        """(language, word) -> texts that translate it, in both directions."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, entry in enumerate(self.words):
            found.setdefault((entry.source_lang, entry.source), []).append(2 * number + 1)
            found.setdefault((entry.target_lang, entry.target), []).append(2 * number)
        return found


def read_entries(
    alignments: Path,
    tokenizer: PreTrainedTokenizerBase,
    *,
    share: float = 1.0,
    single_piece_only: bool = False,
    seed: int = 0,
) -> Entries:
    """Read the words that are each other's most probable translation.

    Args:
        alignments: the alignments artifact.
        tokenizer: a fast tokenizer.
        share: fraction of the entries kept, drawn by seed.
        single_piece_only: leave out entries of which a side has several pieces.
        seed: of the draw.

    Raises:
        DataError: there is no lexicon, or nothing is left of it.
    """
    words = sorted({entry for path in sorted((alignments / "lexicon").glob("*.tsv")) for entry in best(path)})
    names = text_hashes("\t".join(entry) for entry in words)
    kept = [e for e, u in zip(words, uniform(mix(key(seed, "dictionary"), names)), strict=True) if u < share]
    entries = _tokenised(kept, tokenizer)
    if single_piece_only:
        entries = _tokenised([e for e, one in zip(kept, entries.single, strict=True) if one], tokenizer)
    if not len(entries):
        raise DataError(f"{alignments}: the lexicon has no usable entry", "run `xlalign align-words` on more text")
    return entries


def _tokenised(words: list[Entry], tokenizer: PreTrainedTokenizerBase) -> Entries:
    tokens = tokenise([side for entry in words for side in entry[:2]], tokenizer)
    return Entries(tokens, text_hashes("\t".join(entry) for entry in words), tuple(words))


def best(path: Path) -> Iterator[Entry]:
    """The entries of one lexicon file `<src>-<tgt>.tsv` that are best in both directions.

    Columns: source, target, count, p(t|s), p(s|t).
    """
    source_lang, _, target_lang = path.stem.partition("-")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    table = [(r[0], r[1], float(r[3]), float(r[4])) for r in rows if len(r) >= 5 and r[2].isdigit()]
    forward: dict[str, tuple[float, str]] = {}
    backward: dict[str, tuple[float, str]] = {}
    for source, target, given_source, given_target in table:
        forward[source] = max(forward.get(source, (0.0, "")), (given_source, target))
        backward[target] = max(backward.get(target, (0.0, "")), (given_target, source))
    for source, (_, target) in forward.items():
        if backward[target][1] == source and any(map(str.isalnum, source)):
            yield Entry(source, target, source_lang, target_lang)
