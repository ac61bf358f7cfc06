"""The bilingual lexicon that word links make: counts and both conditional probabilities.

Counts are sums of link scores. p(t|s) is the count divided by that of all links of s, before anything is
filtered. Files are TSV (`source target count p(t|s) p(s|t)`) or MUSE dictionaries (`source target`, best first).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xlalign.alignment.hmm.numbering import Vocabulary
from xlalign.bitext.readers.lines import lines
from xlalign.errors import DataError, shown
from xlalign.types import Alignment, WordPair

_PENDING = 1 << 20
HEADER = ("source", "target", "count", "p(t|s)", "p(s|t)")


class LexiconEntry(NamedTuple):
    """A word, a translation, how often they are linked, p(target | source) and p(source | target)."""

    source: str
    target: str
    total: float
    forward: float
    reverse: float


class Precision(NamedTuple):
    """precision@1 in [0, 1] over the dictionary words that the lexicon knows; coverage in [0, 1] of all of them."""

    precision: float
    coverage: float
    words: int


class LexiconCounter:
    """Sums link scores by word pair, in memory that grows with the number of distinct pairs; words are case-folded."""

    def __init__(self) -> None:
        self._source, self._target = Vocabulary(), Vocabulary()
        self._keys = np.empty(0, dtype=np.int64)
        self._sums = np.empty(0)
        self._new: tuple[list[int], list[float]] = ([], [])

    def add(self, pair: WordPair, alignment: Alignment) -> None:
        """Count the links of one pair, each by its score."""
        source, target = pair
        keys, scores = self._new
        keys.extend(self._source[source[i]] << 32 | self._target[target[j]] for i, j in alignment.links)
        scores.extend(alignment.scores)
        if len(keys) > _PENDING:
            self._merge()

    def _merge(self) -> None:
        keys = np.concatenate([self._keys, np.array(self._new[0], dtype=np.int64)])
        scores = np.concatenate([self._sums, np.array(self._new[1], dtype=np.float64)])
        self._keys, place = np.unique(keys, return_inverse=True)
        self._sums = np.bincount(place, scores, len(self._keys)).astype(np.float64)
        self._new = ([], [])

    def entries(self, min_count: float = 0.0, min_probability: float = 0.0) -> list[LexiconEntry]:
        """Entries by source word, most probable translation first.

        Args:
            min_count: least sum of scores.
            min_probability: least p(t|s) and least p(s|t).
        """
        self._merge()
        source, target = self._keys >> 32, self._keys & 0xFFFFFFFF
        forward = self._sums / np.maximum(np.bincount(source, self._sums), 1e-300)[source]
        reverse = self._sums / np.maximum(np.bincount(target, self._sums), 1e-300)[target]
        chosen = (self._sums > 0) & (self._sums >= min_count) & (np.minimum(forward, reverse) >= min_probability)
        rows = (column[chosen].tolist() for column in (source, target, self._sums, forward, reverse))
        words = self._source.words, self._target.words
        entries = [LexiconEntry(words[0][s], words[1][t], *numbers) for s, t, *numbers in zip(*rows, strict=True)]
        return sorted(entries, key=lambda e: (e.source, -e.forward, e.target))


def extract(
    pairs: Iterable[WordPair],
    alignments: Iterable[Alignment],
    min_count: float = 0.0,
    min_probability: float = 0.0,
) -> list[LexiconEntry]:
    """The lexicon of aligned pairs; see `LexiconCounter.entries`."""
    counter = LexiconCounter()
    for pair, alignment in zip(pairs, alignments, strict=True):
        counter.add(pair, alignment)
    return counter.entries(min_count, min_probability)


def write(path: Path, entries: Iterable[LexiconEntry]) -> None:
    """Write the TSV form, with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(HEADER) + "\n")
        for entry in entries:
            numbers = f"{entry.total:.3f}\t{entry.forward:.6f}\t{entry.reverse:.6f}"
            file.write(f"{entry.source}\t{entry.target}\t{numbers}\n")


def read(path: Path) -> list[LexiconEntry]:
    """Read the TSV form.

    Raises:
        DataError: a row is malformed.
    """
    rows = enumerate(lines(path), 1)
    return [_entry(row, f"{path}:{number}") for number, row in rows if number > 1 or row.split("\t")[0] != HEADER[0]]


def read_any(path: Path) -> list[LexiconEntry]:
    """Read a lexicon or a MUSE dictionary, whichever the first row looks like.

    Raises:
        DataError: the file is missing, or a row is malformed.
    """
    first = next(iter(lines(path)), "")
    return read(path) if first.count("\t") == len(HEADER) - 1 else read_muse(path)


def _entry(row: str, where: str) -> LexiconEntry:
    try:
        source, target, *numbers = row.split("\t")
        total, forward, reverse = map(float, numbers)
        if not (0 <= total < inf and 0 <= forward <= 1 and 0 <= reverse <= 1):
            raise ValueError  # noqa: TRY301
    except ValueError:
        raise DataError(f"{where}: `{shown(row[:80])}` is no lexicon row", f"wanted: {' TAB '.join(HEADER)}") from None
    return LexiconEntry(source, target, total, forward, reverse)


def probabilities(entries: Iterable[LexiconEntry]) -> dict[tuple[str, str], tuple[float, float]]:
    """The lexicon as a prior of the statistical aligner: (source, target) -> p(t|s), p(s|t)."""
    return {(entry.source, entry.target): (entry.forward, entry.reverse) for entry in entries}


def write_muse(path: Path, entries: Iterable[LexiconEntry], translations: int = 1) -> None:
    """Write a MUSE dictionary: at most `translations` lines a source word, best first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for source, targets in _ranked(entries).items():
            file.writelines(f"{source} {target}\n" for target in targets[:translations])


def read_muse(path: Path) -> list[LexiconEntry]:
    """Read a MUSE dictionary, columns parted by a tab or spaces; translations of a word share its probability.

    Raises:
        DataError: a row has not two columns.
    """
    pairs = dict.fromkeys(_muse_row(row, f"{path}:{number}") for number, row in enumerate(lines(path), 1) if row)
    sources, targets = Counter(s for s, _ in pairs), Counter(t for _, t in pairs)
    return [LexiconEntry(s, t, 1.0, 1 / sources[s], 1 / targets[t]) for s, t in pairs]


def _muse_row(row: str, where: str) -> tuple[str, str]:
    columns = row.split("\t") if "\t" in row else row.split()
    if len(columns) != 2 or not all(columns):
        raise DataError(f"{where}: `{shown(row[:80])}` is not a word and its translation", "wanted: source TAB target")
    return columns[0], columns[1]


def precision_at_1(entries: Iterable[LexiconEntry], dictionary: Iterable[LexiconEntry]) -> Precision:
    """How often the most probable translation of a word is one that the dictionary gives."""
    best = {source: targets[0] for source, targets in _ranked(entries).items()}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for entry in dictionary:
        wanted[entry.source.casefold()].add(entry.target.casefold())
    known = [word for word in wanted if word in best]
    right = sum(best[word] in wanted[word] for word in known)
    return Precision(right / len(known) if known else 0.0, len(known) / len(wanted) if wanted else 0.0, len(known))


def _ranked(entries: Iterable[LexiconEntry]) -> Mapping[str, Sequence[str]]:
    by_source: defaultdict[str, list[LexiconEntry]] = defaultdict(list)
    for entry in entries:
        by_source[entry.source].append(entry)
    return {
        source: [e.target for e in sorted(found, key=lambda e: (-e.forward, -e.total, e.target))]
        for source, found in by_source.items()
    }


def by_language(folder: Path) -> Iterator[tuple[str, str, list[LexiconEntry]]]:
    """(source language, target language, entries) of every lexicon of an alignments artifact."""
    for path in sorted((folder / "lexicon").glob("*.tsv")):
        source, _, target = path.stem.partition("-")
        yield source, target, read(path)
