"""Some thousand pairs of one corpus at once, with what the filters count in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from xlalign.arrays import Ints
from xlalign.bitext import languages
from xlalign.bitext.characters import FIRST_LETTER, Texts, class_ids
from xlalign.bitext.models import NoModels, TrainedModels
from xlalign.hashing import Hashes
from xlalign.types import Pair

FOREIGN_WORD_LENGTH = 6
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BatchSide:
    """One language of a batch of N pairs.

    Attributes:
        lang: the language code.
        texts: the sentences.
        lengths, words, longest_word: characters, words between spaces, characters of the longest of these, (N,).
        counts: characters of each class, (N, classes).
        keys: hashes of the letters and digits without case and accents, (N,).
    """

    lang: str
    texts: list[str]
    lengths: Ints
    words: Ints
    longest_word: Ints
    counts: Ints
    keys: Hashes

    @classmethod
    def of(cls, texts: Sequence[str], lang: str) -> BatchSide:
        """Count everything in `texts`."""
        found = Texts.of(texts)
        return cls(lang, list(texts), found.lengths, found.words, found.longest_word, found.counts, found.keys)

    def take(self, keep: Mask) -> BatchSide:
        """The rows where `keep` is true."""
        texts = [text for text, kept in zip(self.texts, keep.tolist(), strict=True) if kept]
        counted = self.lengths[keep], self.words[keep], self.longest_word[keep], self.counts[keep]
        return BatchSide(self.lang, texts, *counted, self.keys[keep])

    @cached_property
    def language(self) -> languages.Language:
        """What is known of the language."""
        return languages.get(self.lang)

    @cached_property
    def letters(self) -> Ints:
        """Letters of any script, (N,)."""
        return self.counts[:, FIRST_LETTER:].sum(axis=1)

    def count(self, *names: str) -> Ints:
        """Characters of the named classes together, (N,)."""
        ids = class_ids()
        return self.counts[:, [ids[name] for name in names]].sum(axis=1)

    @cached_property
    def size(self) -> npt.NDArray[np.float64]:
        """Length in words, (N,); in a language without spaces, its letters over those of a usual word.

        Letters of other scripts and digits count six to a word there.
        """
        if self.language.spaced:
            return self.words.astype(np.float64)
        own = self.count(*languages.CHARACTER_SCRIPTS)
        others = self.letters + self.count("digit") - own
        return np.asarray(own / self.language.word_length + others / FOREIGN_WORD_LENGTH)


@dataclass(frozen=True)
class FilterBatch:
    """N pairs of one corpus in one language pair, and the models that may be asked about them."""

    source: BatchSide
    target: BatchSide
    corpus: str
    models: TrainedModels = field(default_factory=NoModels)

    @classmethod
    def of(cls, pairs: Sequence[Pair], models: TrainedModels | None = None) -> FilterBatch:
        """A batch of ready pairs, which share their languages and corpus."""
        first = pairs[0]
        source = BatchSide.of([pair.source for pair in pairs], first.source_lang)
        target = BatchSide.of([pair.target for pair in pairs], first.target_lang)
        return cls(source, target, first.corpus, models or NoModels())

    def __len__(self) -> int:
        return len(self.source.texts)

    def take(self, keep: Mask) -> FilterBatch:
        """The pairs where `keep` is true."""
        return FilterBatch(self.source.take(keep), self.target.take(keep), self.corpus, self.models)

    def pairs(self, rows: Iterable[int] | None = None) -> Iterator[Pair]:
        """The pairs (all, or those of `rows`) without their ids, for filters that look at one pair at a time."""
        langs = self.source.lang, self.target.lang
        for i in range(len(self)) if rows is None else rows:
            yield Pair("", self.source.texts[i], self.target.texts[i], *langs, self.corpus)

    def having(self, hints: Sequence[str]) -> list[int]:
        """The rows in which either side has one of the hints in it."""
        rows: set[int] = set()
        for side in (self.source, self.target):
            for hint in hints:
                rows.update(i for i, text in enumerate(side.texts) if hint in text)
        return sorted(rows)

    def both(self, measure: Callable[[BatchSide], npt.NDArray[np.generic]]) -> npt.NDArray[np.float64]:
        """A measure of either side, (N, 2)."""
        return np.stack([measure(self.source), measure(self.target)], axis=1).astype(np.float64)
