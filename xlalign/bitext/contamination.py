"""Keeping evaluation sentences out of the training text.

A pair goes when either side is an evaluation sentence (the same letters and digits, whatever the case, accents and
punctuation), or shares more than a stated part of its word n-grams with the evaluation sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xlalign.bitext import languages
from xlalign.bitext.batch import BatchSide, FilterBatch
from xlalign.bitext.characters import Texts
from xlalign.bitext.corpus import chunks
from xlalign.bitext.ngrams import ngrams
from xlalign.bitext.readers.lines import lines, stem_and_format
from xlalign.bitext.seen import Lookup
from xlalign.bitext.settings import EvaluationSet
from xlalign.bitext.transforms.unicode import tidy
from xlalign.errors import DataError
from xlalign.hashing import Hashes

MIN_LETTERS = 12
"""Shorter evaluation strings (labels, `Yes.`) would take good pairs with them."""


@dataclass(frozen=True)
class Evaluation:
    """The keys of all evaluation sentences.

    Attributes:
        names: the evaluation sets.
        keys, owners: hash of each sentence, sorted, (K,), and the index of its set, (K,).
        grams, gram_owners: the same for n-grams, (G,).
        size: words in an n-gram; 0: none are compared.
        share: share of a sentence's n-grams from which on it is contaminated.
    """

    names: tuple[str, ...]
    keys: Lookup
    owners: npt.NDArray[np.int64]
    grams: Lookup
    gram_owners: npt.NDArray[np.int64]
    size: int
    share: float

    @classmethod
    def of(cls, sets: Mapping[str, Iterable[str]], size: int, share: float) -> Evaluation:
        """Hash the sentences of every set."""
        hashed = [_hash(texts, size) for texts in sets.values()]
        keys, owners = _sorted([keys for keys, _ in hashed])
        grams, gram_owners = _sorted([grams for _, grams in hashed])
        return cls(tuple(sets), Lookup(keys), owners, Lookup(grams), gram_owners, size, share)

    def sizes(self) -> dict[str, int]:
        """Sentences of each set that are compared; one that several sets share counts for the first."""
        counts = np.bincount(self.owners, minlength=len(self.names))
        return dict(zip(self.names, counts.tolist(), strict=True))

    def find(self, batch: FilterBatch) -> npt.NDArray[np.int64]:
        """For each pair the index of the set it is found in, -1 for none, (N,)."""
        found = np.full(len(batch), -1, dtype=np.int64)
        for side in (batch.source, batch.target):
            found = np.where(found < 0, _owner(side.keys, self.keys, self.owners), found)
            if len(self.grams):
                found = np.where(found < 0, self._by_ngrams(side), found)
        return found

    def _by_ngrams(self, side: BatchSide) -> npt.NDArray[np.int64]:
        grams, counts = ngrams(Texts.of(side.texts), self.size, side.language.spaced)
        owners = _owner(grams, self.grams, self.gram_owners)
        row = np.repeat(np.arange(len(counts)), counts)
        hits = np.bincount(row[owners >= 0], minlength=len(counts))
        first = np.full(len(counts), -1, dtype=np.int64)
        # The same index twice keeps the last value: backwards, that is the set of the first n-gram that was found.
        first[row[owners >= 0][::-1]] = owners[owners >= 0][::-1]
        return np.where((hits > 0) & (hits >= self.share * counts), first, -1)


def _hash(texts: Iterable[str], size: int) -> tuple[Hashes, Hashes]:
    keys, grams = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.uint64)]
    for chunk in map(tidy, chunks(texts, 5_000)):
        found = Texts.of(chunk)
        keys.append(found.keys[found.letters >= MIN_LETTERS])
        spaced = found.count(*languages.CHARACTER_SCRIPTS) * 2 < found.letters
        # Evaluation sets do not say their language: text mostly in scripts without spaces is cut into characters.
        for kind in (True, False) if size else ():
            same = Texts.of([text for text, is_spaced in zip(chunk, spaced, strict=True) if is_spaced == kind])
            grams.append(ngrams(same, size, kind)[0])
    return np.unique(np.concatenate(keys)), np.unique(np.concatenate(grams))


def _sorted(tables: list[Hashes]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """All keys sorted, with the index of the first table that has each."""
    if not tables:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    owners = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    keys, first = np.unique(np.concatenate(tables), return_index=True)
    return keys, owners[first]


def _owner(keys: Hashes, table: Lookup, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    places = table.find(keys)
    return np.where(places >= 0, owners[places], -1) if len(owners) else places


def paths(evaluation: EvaluationSet) -> list[Path]:
    """The files of an evaluation set, its patterns (`tatoeba/*.eng`) resolved.

    Raises:
        DataError: a pattern that no file matches.
    """
    found: list[Path] = []
    for name in evaluation.files:
        path = Path(name).expanduser()
        if "*" not in name:
            found.append(path)
        elif matching := sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)))):
            found += matching
        else:
            raise DataError(f"evaluation set `{evaluation.name}`: no file is like {name}", "check the pattern")
    return found


def sentences(evaluation: EvaluationSet) -> Iterator[str]:
    """Every sentence of the files of an evaluation set, in any of its columns.

    Text: the lines, cut at tabs and at `|||`. CoNLL-U (`.conllu`): the `# text` comments. JSON (`.json`,
    `.jsonl`): every string.

    Raises:
        DataError: a file is missing, not UTF-8, or not the JSON that its name promises.
    """
    for path in paths(evaluation):
        ending = stem_and_format(path)[1]
        if ending == "json":
            yield from _strings(_json(path, "\n".join(lines(path)), 1))
        elif ending == "jsonl":
            for number, line in enumerate(lines(path), 1):
                yield from _strings(_json(path, line, number)) if line.strip() else ()
        elif ending == "conllu":
            yield from (line.removeprefix("# text = ") for line in lines(path) if line.startswith("# text = "))
        else:
            for line in lines(path):
                yield from line.replace("|||", "\t").split("\t")


def _json(path: Path, text: str, number: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = number + getattr(error, "lineno", 1) - 1
        raise DataError(f"{path}:{line}: not JSON ({error})", "a file of JSON lines must end in .jsonl") from error


def _strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value, in order; without recursion, for data may be nested as deep as it likes."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item.encode("utf-8", "replace").decode()  # halves of surrogate pairs are no characters
        elif isinstance(item, dict | list):
            waiting.extend(reversed(list(item.values()) if isinstance(item, dict) else item))
