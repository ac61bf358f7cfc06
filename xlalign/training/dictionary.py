"""Dictionary entries as tokens, read from the lexicon of an alignments artifact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from xlalign.alignment import files, lexicon
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
        """(language, case-folded word) -> texts that translate it, in both directions."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, entry in enumerate(self.words):
            found.setdefault((entry.source_lang, entry.source.casefold()), []).append(2 * number + 1)
            found.setdefault((entry.target_lang, entry.target.casefold()), []).append(2 * number)
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
    spelt = spellings(alignments)
    words = sorted(
        {
            Entry(spelt.get(a, a), spelt.get(b, b), source, target)
            for source, target, found in lexicon.by_language(alignments)
            for a, b in best(found)
        }
    )
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


def best(found: Iterable[lexicon.Entry]) -> Iterator[tuple[str, str]]:
    """The words of one lexicon that are each other's most probable translation (first by name on ties)."""
    rows = [entry for entry in found if any(map(str.isalnum, entry.source))]
    forward: dict[str, tuple[float, str]] = {}
    backward: dict[str, tuple[float, str]] = {}
    for entry in sorted(rows, key=lambda e: (e.source, e.target)):
        forward[entry.source] = max(forward.get(entry.source, (0.0, "")), (entry.forward, entry.target))
        backward[entry.target] = max(backward.get(entry.target, (0.0, "")), (entry.reverse, entry.source))
    for source, (_, target) in forward.items():
        if backward[target][1] == source:
            yield source, target


def spellings(alignments: Path) -> dict[str, str]:
    """The most frequent spelling of each case-folded word: a lexicon has lost what a cased vocabulary needs."""
    counts: Counter[str] = Counter()
    for row in files.read_links(alignments):
        for words in row.pair:
            counts.update(words)
    return {word.casefold(): word for word, _ in sorted(counts.items(), key=lambda item: (item[1], item[0]))}
