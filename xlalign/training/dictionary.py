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
from xlalign.arrays import Ints, owners
from xlalign.errors import DataError
from xlalign.hashing import Hashes, key, mix, text_hashes, uniform
from xlalign.objectives.requests import Dictionary
from xlalign.objectives.views import DictionaryRows
from xlalign.training.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Translation(NamedTuple):
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
    words: tuple[Translation, ...]

    def __len__(self) -> int:
        return len(self.hashes)

    def select(self, chosen: Ints) -> DictionaryRows:
        """The chosen entries (E',) as a batch of embedding rows."""
        sides = []
        for side in (0, 1):
            texts = 2 * chosen + side
            ids = self.tokens.ids[self.tokens.places(texts)].astype(np.int64)
            sides += [torch.from_numpy(ids), torch.from_numpy(owners(self.tokens.lengths(texts)))]
        return DictionaryRows(sides[0], sides[2], sides[1], sides[3], len(chosen))

    def draw(self, seed: int, step: int, count: int) -> Ints:
        """`count` entries for a step, without repetition; all of them when `count` is 0."""
        if not 0 < count < len(self):
            return np.arange(len(self))
        # The smallest of n hashes are a draw without repetition; sorted again, so that rows are read in order.
        return np.sort(np.argsort(mix(key(seed, "entries", step), self.hashes), kind="stable")[:count])

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """(E,) whether both sides are one token."""
        return (np.diff(self.tokens.borders).reshape(-1, 2) == 1).all(1)

    def subset(self, chosen: Ints) -> Entries:
        """Some of the entries."""
        texts = (2 * chosen[:, None] + np.array([0, 1])).reshape(-1)
        return Entries(self.tokens.select(texts), self.hashes[chosen], tuple(self.words[i] for i in chosen))

    def lookup(self) -> dict[tuple[str, str], list[int]]:
        """(language, case-folded word) -> texts that translate it, in both directions."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, entry in enumerate(self.words):
            found.setdefault((entry.source_lang, entry.source.casefold()), []).append(2 * number + 1)
            found.setdefault((entry.target_lang, entry.target.casefold()), []).append(2 * number)
        return found


def read_entries(alignments: Path, tokenizer: PreTrainedTokenizerBase, *, share: float = 1.0, seed: int = 0) -> Entries:
    """Read the words that are each other's most probable translation.

    Args:
        alignments: the alignments artifact.
        tokenizer: a fast tokenizer.
        share: fraction of the entries kept, drawn by seed.
        seed: of the draw.

    Raises:
        DataError: there is no lexicon, or nothing is left of it.
    """
    spelt = spellings(alignments)
    words = sorted(
        {
            Translation(spelt.get(a, a), spelt.get(b, b), source, target)
            for source, target, found in lexicon.by_language(alignments)
            for a, b in best(found)
        }
    )
    names = text_hashes("\t".join(entry) for entry in words)
    kept = np.flatnonzero(uniform(mix(key(seed, "dictionary"), names)) < share)
    chosen = tuple(words[i] for i in kept)
    if not chosen:
        raise _unusable(alignments)
    return Entries(tokenise([side for entry in chosen for side in entry[:2]], tokenizer), names[kept], chosen)


class Dictionaries:
    """The dictionaries of a recipe, each drawn from one reading of the lexicon.

    Args:
        alignments: the alignments artifact, for messages.
        entries: all entries.
        seed: of the draws.
    """

    def __init__(self, alignments: Path, entries: Entries, seed: int) -> None:
        self._alignments, self.entries, self._seed = alignments, entries, seed
        self._whole: dict[Dictionary, DictionaryRows] = {}

    @cached_property
    def _single(self) -> Entries:
        return self.entries.subset(np.flatnonzero(self.entries.single))

    def of(self, request: Dictionary) -> Entries:
        """The entries that a request means.

        Raises:
            DataError: there are none.
        """
        found = self._single if request.single_piece_only else self.entries
        if not len(found):
            raise _unusable(self._alignments)
        return found

    def draw(self, request: Dictionary, step: int) -> tuple[Ints, DictionaryRows]:
        """Numbers and rows of the entries of a step; what is all entries in every step is built once."""
        entries = self.of(request)
        chosen = entries.draw(self._seed, step, request.sample)
        if len(chosen) < len(entries):
            return chosen, entries.select(chosen)
        if request not in self._whole:
            self._whole[request] = entries.select(chosen)
        return chosen, self._whole[request]


def _unusable(alignments: Path) -> DataError:
    return DataError(f"{alignments}: the lexicon has no usable entry", "run `xlalign align-words` on more text")


def best(found: Iterable[lexicon.LexiconEntry]) -> Iterator[tuple[str, str]]:
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
