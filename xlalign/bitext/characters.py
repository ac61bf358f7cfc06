"""Counting characters by class for many sentences at once.

One pass of NumPy over the code points of a whole batch replaces a regular expression per sentence and rule:
this is where the speed of the rule filters comes from.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from xlalign.arrays import Ints
from xlalign.hashing import GOLDEN, Hashes, mix

CODE_POINTS = 0x110000
LAST_ALPHABET = 0x2E80
"""Below are the scripts whose letters have case or accents; above, a mark makes another letter (Japanese)."""

FIRST_KEY = 8
"""Classes from here on count for the keys of sentences: digits and letters."""

FIRST_LETTER = 9
"""Classes from here on are letters: 9 is a letter of any script that no listed language uses."""

CLASSES = ("other", "space", "stop", "punctuation", "symbol", "control", "format", "break", "digit", "letter")


@cache
def _table() -> tuple[npt.NDArray[np.uint8], dict[str, int]]:
    ids = {name: number for number, name in enumerate(CLASSES)}
    table = np.zeros(CODE_POINTS, dtype=np.uint8)
    with files("xlalign.bitext").joinpath("data/characters.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            number = ids.setdefault(row["class"], len(ids))
            table[int(row["first"], 16) : int(row["last"], 16) + 1] = number
    table[ord("\n")] = ids["break"]
    return table, ids


def class_ids() -> dict[str, int]:
    """The number of each character class: the names in `CLASSES`, then ISO 15924 codes of scripts."""
    return _table()[1]


@dataclass(frozen=True)
class Texts:
    """The characters of N sentences, none of which holds a line break.

    Attributes:
        codes: the code points of all sentences in order, each sentence followed by one line break.
        starts: offset of each sentence in `codes`, (N,).
        lengths: characters of each sentence, (N,).
    """

    codes: npt.NDArray[np.uint32]
    starts: Ints
    lengths: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """Lay sentences out as one array."""
        joined = "\n".join([*texts, ""])
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
        return cls(codes, np.cumsum(lengths + 1) - lengths - 1, lengths)

    @cached_property
    def classes(self) -> npt.NDArray[np.uint8]:
        """The class of every code point, as `class_ids` numbers them."""
        return _table()[0][self.codes]

    @cached_property
    def counts(self) -> Ints:
        """Characters of each class in each sentence, (N, classes)."""
        width = len(class_ids())
        rows = np.repeat(np.arange(len(self.lengths)) * width, self.lengths + 1)
        rows += self.classes
        counts = np.bincount(rows, minlength=len(self.lengths) * width)
        return counts.reshape(len(self.lengths), width)

    def count(self, *names: str) -> Ints:
        """Characters of the named classes together in each sentence, (N,)."""
        ids = class_ids()
        return self.counts[:, [ids[name] for name in names]].sum(axis=1)

    @cached_property
    def letters(self) -> Ints:
        """Letters of any script (with their combining marks) in each sentence, (N,)."""
        return self.counts[:, FIRST_LETTER:].sum(axis=1)

    @cached_property
    def words(self) -> Ints:
        """Words between spaces in each sentence, (N,); spaces are single and inside, as normalised text has them."""
        return np.where(self.lengths > 0, self.count("space") + 1, 0)

    @cached_property
    def longest_word(self) -> Ints:
        """Characters of the longest word between spaces in each sentence, (N,)."""
        breaks = np.flatnonzero((self.classes == CLASSES.index("space")) | (self.classes == CLASSES.index("break")))
        sizes = np.diff(breaks, prepend=-1) - 1
        # "a bcd\ne\n": breaks at 1, 5, 7 end words of 1, 3, 1 characters; the sentences begin at words 0 and 2.
        first = np.searchsorted(breaks, self.starts)
        return np.maximum.reduceat(sizes, first) if len(first) else sizes

    @cached_property
    def keys(self) -> Hashes:
        """A 64-bit hash of the letters and digits of each sentence without case and accents, (N,).

        Spaces, punctuation and everything else do not count, so sentences that differ only there share a key.
        The hash is a polynomial in an odd base modulo 2^64 over random numbers of the characters: one run of powers
        serves the whole batch, once those of the characters before a sentence are divided out.
        """
        counted = np.flatnonzero(self.classes >= FIRST_KEY)
        # "ab\n!c\n": counted places [0, 1, 4], sentence borders [0, 2, 3]. The sum of sentence 2 is n(c) * BASE^2, and
        # BASE^-2 of its first border makes n(c) of it, what "c" alone would have.
        borders = np.searchsorted(counted, np.append(self.starts, len(self.codes)))
        powers, inverses = _powers(len(counted))
        terms = character_numbers()[self.codes[counted]]
        terms *= powers[: len(counted)]
        sums = np.zeros(len(self.lengths), dtype=np.uint64)
        filled = borders[:-1] < borders[1:]
        if filled.any():
            sums[filled] = np.add.reduceat(terms, borders[:-1][filled])
        return mix(sums * inverses[borders[:-1]], 0)


BASE = int(GOLDEN)
_power_tables: list[tuple[Hashes, Hashes]] = []


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """BASE^k and BASE^-k modulo 2^64 for k = 0 .. count at least."""
    if not _power_tables or len(_power_tables[0][0]) <= count:
        size = 1 << max(16, count.bit_length() + 1)
        tables = []
        for base in (BASE, pow(BASE, -1, 2**64)):
            factors = np.full(size, base, dtype=np.uint64)
            factors[0] = 1
            tables.append(np.cumprod(factors))
        _power_tables[:] = [(tables[0], tables[1])]
    return _power_tables[0]


@cache
def character_numbers() -> Hashes:
    """A random number for each code point, equal for the case and accent variants of a letter; 0: does not count."""
    classes = _table()[0]
    counted = classes >= FIRST_KEY
    base = np.arange(CODE_POINTS, dtype=np.uint64)
    for code in np.flatnonzero(counted[:LAST_ALPHABET]):
        base[code] = ord(_bare(chr(code)))
    return np.where(counted, mix(base, 0), np.uint64(0))


def _bare(character: str) -> str:
    """The letter without case and accents."""
    return unicodedata.normalize("NFKD", character.casefold())[0]
