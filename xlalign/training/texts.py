"""What a recipe trains on: the texts of tokens artifacts, through memory maps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlalign.errors import DataError
from xlalign.hashing import Hashes
from xlalign.modeling.words import Codes
from xlalign.training.arrays import MappedArrays
from xlalign.training.links import WordLinks
from xlalign.training.sampler import Places
from xlalign.training.tokens import META, VOCABULARY, Tokens, fingerprint

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class TokensFolder:
    """A tokens artifact that is open."""

    path: Path
    arrays: MappedArrays

    @classmethod
    def open(cls, path: Path, tokenizer: PreTrainedTokenizerBase) -> TokensFolder:
        """Map the arrays of a folder.

        Raises:
            DataError: they were made by another tokenizer.
        """
        found = cls(path, MappedArrays(path))
        if found.meta["tokenizer"] != fingerprint(tokenizer):
            raise DataError(f"{path}: these tokens were made by another tokenizer than the encoder's")
        return found

    @cached_property
    def meta(self) -> dict[str, Any]:
        """What was said of the arrays when they were made."""
        return dict(json.loads((self.path / META).read_text(encoding="utf-8")))

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages, sorted."""
        return tuple(self.meta["languages"])

    @property
    def vocabulary(self) -> list[tuple[str, str]]:
        """(language, case-folded word) of each number in `types`."""
        return [tuple(entry) for entry in json.loads((self.path / VOCABULARY).read_text(encoding="utf-8"))]

    def tokens(self, longest: int) -> Tokens:
        """The texts, of which `longest` tokens are used."""
        words = self.arrays.get("words")
        words = np.empty(0, np.int32) if words is None else words
        return Tokens(self.arrays["ids"], self.arrays["borders"], words, self.arrays["hashes"], longest)


class PairTexts:
    """Sentence pairs.

    Attributes:
        tokens: 2n texts; the source of pair i is text 2i, its target text 2i + 1.
        hashes: (n,) of the pairs' names.
        names: language codes.
        links: word links, where they were asked for.
        romanised: the 2n texts in Latin letters, where they were asked for.
    """

    def __init__(self, folder: TokensFolder, longest: int, skip_frequent: int, romanised: TokensFolder | None) -> None:
        self.folder, arrays = folder, folder.arrays
        self.tokens = folder.tokens(longest)
        self.hashes: Hashes = arrays["name_hashes"]
        self.names = folder.languages
        self.links = WordLinks.of(arrays, longest, skip_frequent) if "links" in arrays else None
        self.romanised = romanised.tokens(longest) if romanised else None

    def __len__(self) -> int:
        return len(self.hashes)

    def name(self, pair: int) -> str:
        """The id of a pair."""
        start, end = self.folder.arrays["name_borders"][pair : pair + 2]
        return bytes(self.folder.arrays["name"][start:end]).decode()

    @cached_property
    def known(self) -> Places:
        """The pairs that are used: those with links where links are read, else all."""
        if self.links is None:
            return np.arange(len(self), dtype=np.int32)
        return np.flatnonzero(self.folder.arrays["linked"]).astype(np.int32)

    def groups(self, pairs: Places) -> NDArray[np.int16]:
        """(B,) language pair of each pair, numbered from 0 among these."""
        # Languages de en fr are 0 1 2, and a pair of them is source * 3 + target. Of en-de (3) and en-fr (5) alone, the
        # cumulative sum of "is there" numbers them 0 and 1.
        both = self.folder.arrays["languages"].reshape(-1, 2)
        numbers = both[pairs, 0].astype(np.int32) * len(self.names) + both[pairs, 1]
        there = np.bincount(numbers, minlength=len(self.names) ** 2) > 0
        order: NDArray[np.int16] = (np.cumsum(there) - 1).astype(np.int16)
        return order[numbers]


class MonoTexts:
    """Documents, each as two texts of which the second may be empty.

    Attributes:
        tokens: 2n texts.
        hashes: (n,) of the documents.
        groups: (n,) language, an index into `names`.
        names: language codes.
        types: for the first token of each word its number in `vocabulary`, -1 for others; where words were asked for.
    """

    def __init__(self, folder: TokensFolder, longest: int) -> None:
        self.folder, arrays = folder, folder.arrays
        self.tokens = folder.tokens(longest)
        self.hashes: Hashes = arrays["document_hashes"]
        self.groups: NDArray[np.int16] = arrays["languages"]
        self.names = folder.languages
        self.types: Codes | None = arrays.get("types")
        if not len(self.hashes):
            raise DataError(f"{folder.path}: no text to train on", "run `xlalign prepare`")

    @property
    def vocabulary(self) -> list[tuple[str, str]]:
        """(language, case-folded word) of each number in `types`."""
        return self.folder.vocabulary
