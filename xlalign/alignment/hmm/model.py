"""The trained aligner: links for any text, saved and loaded without pickle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlalign.alignment.base import EMPTY
from xlalign.alignment.calibration import Doubles
from xlalign.alignment.hmm import decode, table
from xlalign.alignment.hmm.estimate import Direction, Parameters, hmm_posteriors
from xlalign.alignment.hmm.forward_backward import Floats
from xlalign.alignment.hmm.guidance import Guidance
from xlalign.alignment.hmm.numbering import Ints, Longs, NumberedPairs, Vocabulary, batch_rows, encode, make_batch
from xlalign.alignment.hmm.romanise import plain
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.hmm.similarity import dice
from xlalign.alignment.hmm.train import Estimate
from xlalign.config import identity
from xlalign.errors import DataError
from xlalign.types import Alignment, WordPair

FORMAT = 1
UNSEEN = 1e-3
"""Lexical probability of a pair with a word that training did not see; position then decides."""


class _KnownWords(NamedTuple):
    """Some word pairs: both words, whether both are known, their entry in the table, its size where there is none."""

    found: table.PairTable
    old: NDArray[np.bool_]
    entry: Longs


class HmmModel(NamedTuple):
    """Both translation tables, jumps and null words, with the vocabularies they are numbered by.

    `origin` is what else it was made from and is needed with, such as the encoder that guides it.
    """

    source: Vocabulary
    target: Vocabulary
    estimate: Estimate
    settings: HmmSettings
    origin: Mapping[str, str] = {}

    def align(self, pairs: Sequence[WordPair], guidance: Guidance | None = None) -> list[Alignment]:
        """One alignment per pair, in order. Words that training did not see link by spelling and position."""
        result = [EMPTY] * len(pairs)
        for found in self.find(pairs, guidance):
            for row, alignment in found.scored(self.settings.calibration):
                result[row] = alignment
        return result

    def find(self, pairs: Sequence[WordPair], guidance: Guidance | None = None) -> Iterator[decode.FoundLinks]:
        """The links of every batch of pairs with words on both sides, and what speaks for them."""
        known = len(self.source.words), len(self.target.words)
        source, target = (Vocabulary(side.words, self.settings.lowercase) for side in (self.source, self.target))
        corpus = encode(pairs, source, target)
        margins = self._margins()
        for rows in batch_rows(corpus):
            unique, cells = table.unique_keys(table.shard_keys(corpus, [rows]))
            batch = make_batch(corpus, rows)
            words = self._words(unique, corpus, known)
            local = self._local(words, corpus, (source, target))
            factors = guidance(batch) if guidance else None
            cells = cells.reshape(batch.shape)
            posteriors = hmm_posteriors(batch, cells, local, self.settings.p_null, factors)
            counted = decode.Counted(cells, *self._counts(words, margins))
            yield decode.find_links(batch, *posteriors, counted, factors, self.settings.heuristic)

    def _margins(self) -> tuple[Doubles, Doubles]:
        """Expected links of every source and of every target word; 0 for words that training did not see."""
        entries, joint = self.estimate.table, self.estimate.joint
        sides = (entries.source, self.source), (entries.target, self.target)
        source, target = (np.bincount(words, joint, len(side.words) + 1).astype(np.float64) for words, side in sides)
        return source, target

    def _counts(self, words: _KnownWords, margins: tuple[Doubles, Doubles]) -> tuple[Doubles, Doubles]:
        """Links of word pairs, and of the two words of each with any word, added."""
        sides = zip((words.found.source, words.found.target), margins, strict=True)
        source, target = (margin[np.minimum(numbers, len(margin) - 1)] for numbers, margin in sides)
        joint, counted = np.zeros(len(words.entry)), words.entry < self.estimate.table.size
        joint[counted] = self.estimate.joint[words.entry[counted]]
        return joint, source + target

    def _words(self, keys: Longs, corpus: NumberedPairs, known: tuple[int, int]) -> _KnownWords:
        """The word pairs `keys` of a corpus with new words at the end of its vocabularies."""
        found = table.from_keys(keys, corpus.source.size, corpus.target.size)
        old = (found.source < known[0]) & (found.target < known[1])
        entry = np.full(len(keys), self.estimate.table.size)
        entry[old] = self.estimate.table.find(table.pair_keys(found.source[old], found.target[old], known[1]))
        return _KnownWords(found, old, entry)

    def _local(self, chosen: _KnownWords, corpus: NumberedPairs, words: tuple[Vocabulary, Vocabulary]) -> Parameters:
        """The parameters of word pairs."""
        found, old, entry = chosen
        inside = (found.source < corpus.source.size) & (found.target < corpus.target.size)
        extra = np.zeros(len(entry), dtype=np.float32)
        extra[inside & ~old] = self._unseen(found, inside & ~old, words)
        forward, reverse = self.estimate.parameters
        return Parameters(
            Direction(forward.lexical[entry] + extra, _longer(forward.null, len(words[1].words)), forward.jumps),
            Direction(reverse.lexical[entry] + extra, _longer(reverse.null, len(words[0].words)), reverse.jumps),
        )

    def _unseen(self, found: table.PairTable, chosen: Any, words: tuple[Vocabulary, Vocabulary]) -> Floats:
        """Lexical probabilities of pairs with a new word, from spelling."""
        if not chosen.any():
            return np.empty(0, dtype=np.float32)
        sources, source = np.unique(found.source[chosen], return_inverse=True)
        targets, target = np.unique(found.target[chosen], return_inverse=True)
        local = table.PairTable(source.astype(np.int32), target.astype(np.int32), len(sources), len(targets))
        value = 0.5 * dice(local, _spelling(words[0], sources), _spelling(words[1], targets)) ** 2
        return np.maximum(value, UNSEEN).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        about = {**identity(self.settings), "format": FORMAT, "origin": dict(self.origin)}
        arrays: dict[str, Any] = {
            "about": _text(json.dumps(about)),
            "source_words": _text("\n".join(self.source.words)),
            "target_words": _text("\n".join(self.target.words)),
            "table_source": self.estimate.table.source,
            "table_target": self.estimate.table.target,
            "joint": self.estimate.joint,
        }
        for name, side in self.estimate.parameters._asdict().items():
            arrays |= {f"{name}_{field}": values for field, values in side._asdict().items()}
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: Path, kind: type[HmmSettings] = HmmSettings) -> HmmModel:
        """Read what `save` wrote for an aligner of some kind.

        Raises:
            DataError: the file is missing, damaged or of another format.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = dict(stored)
            about = json.loads(_string(arrays["about"]))
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{path}: not a saved aligner: {error}", "train one: `xlalign align-words`") from error
        if about.pop("format") != FORMAT:
            raise DataError(f"{path}: made by another version of xlalign", "train it again: `xlalign align-words`")
        origin, made_by = about.pop("origin", {}), about.pop("kind", "hmm")
        if made_by != kind.model_fields["kind"].default:
            hint = f'set aligner = "{made_by}"'
            raise DataError(f"{path}: a model of aligner `{made_by}`", hint)
        settings = kind(**about)
        words = [_string(arrays[f"{side}_words"]).split("\n") for side in ("source", "target")]
        source, target = (Vocabulary(side, settings.lowercase) for side in words)
        pairs = table.PairTable(arrays["table_source"], arrays["table_target"], len(words[0]), len(words[1]))
        sides = (Direction(*(arrays[f"{name}_{field}"] for field in Direction._fields)) for name in Parameters._fields)
        estimate = Estimate(pairs, Parameters(*sides), arrays["joint"])
        return cls(source, target, estimate, settings, origin)


def _longer(null: Floats, size: int) -> Floats:
    """Null probabilities for a vocabulary with new words: the least known one, and 0 for padding."""
    new = np.full(size + 1, null[:-1].min(), dtype=np.float32)
    new[: len(null) - 1] = null[:-1]
    new[-1] = 0.0
    return new


def _spelling(vocabulary: Vocabulary, numbers: Ints) -> list[str]:
    return [plain(vocabulary.words[number]) for number in numbers.tolist()]


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _string(data: NDArray[np.uint8]) -> str:
    return data.tobytes().decode("utf-8")
