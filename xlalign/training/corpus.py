"""What a recipe trains on, read from artifacts and tokenised once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlalign.bitext import corpus, segment
from xlalign.bitext.transforms.romanize import romanize
from xlalign.errors import DataError
from xlalign.objectives.options import DataOptions
from xlalign.training.dictionary import Entries
from xlalign.training.documents import split_document
from xlalign.training.hashing import Hashes, text_hashes
from xlalign.training.links import WordLinks, read_links
from xlalign.training.switching import Switch
from xlalign.training.tokens import Tokens, tokenise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from xlalign.types import Pair

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PairData:
    """Sentence pairs.

    Attributes:
        tokens: 2n texts; the source of pair i is text 2i, its target text 2i + 1.
        ids: n names of pairs.
        hashes: (n,) of the names.
        groups: (n,) language pair.
        languages: (2n,) language of each text, an index into `names`.
        names: language codes.
        links: word links, when they were asked for.
        romanised: the 2n texts in Latin letters, when they were asked for.
        teacher: (n, D) a teacher's vectors of the source texts, when they were asked for.
    """

    tokens: Tokens
    ids: Sequence[str]
    hashes: Hashes
    groups: Ints
    languages: Ints
    names: tuple[str, ...]
    links: WordLinks | None = None
    romanised: Tokens | None = None
    teacher: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class MonoData:
    """Documents, each as two texts of which the second may be empty.

    Attributes:
        tokens: 2n texts.
        hashes: (n,) of the documents.
        groups: (n,) language, an index into `names`.
        names: language codes.
        switch: which words can be replaced by translations, when that was asked for.
    """

    tokens: Tokens
    hashes: Hashes
    groups: Ints
    names: tuple[str, ...]
    switch: Switch | None = None


def read_pairs(
    bitext: Path,
    tokenizer: PreTrainedTokenizerBase,
    options: DataOptions,
    alignments: Path | None = None,
    *,
    romanise: bool = False,
    split: str = "train",
    store: Path | None = None,
) -> PairData:
    """Read and tokenise the pairs of a bitext artifact.

    Args:
        bitext: the artifact.
        tokenizer: a fast tokenizer.
        options: longest row, words that are never chosen.
        alignments: the alignments artifact, when word links are needed; pairs without a usable link are left out.
        romanise: also tokenise the texts in Latin letters.
        split: train or dev.
        store: a folder of this run, in which tokens are kept.

    Raises:
        DataError: there are no pairs, or none has a usable link.
    """
    pairs = list(corpus.read_pairs(bitext / split))
    if not pairs:
        raise DataError(f"{bitext / split}: no pairs", "run `xlalign prepare` with a source that has some")
    if alignments is None:
        data = _assemble(pairs, tokenizer, options, None, store)
        return replace(data, romanised=_romanised(pairs, tokenizer, options, store)) if romanise else data
    found = read_links(alignments)
    known = [pair for pair in pairs if pair.id in found]
    if not known:
        raise DataError(
            f"{alignments}: no usable word link for any pair of {bitext / split}", "run `xlalign align-words`"
        )
    return _assemble(known, tokenizer, options, [found[pair.id] for pair in known], store)


def _romanised(
    pairs: Sequence[Pair], tokenizer: PreTrainedTokenizerBase, options: DataOptions, store: Path | None
) -> Tokens:
    sides = ((text, lang) for pair in pairs for text, lang in zip(pair[1:3], pair[3:5], strict=True))
    texts = [romanize([text], lang)[0] for text, lang in sides]
    return tokenise(texts, tokenizer, store=_file(store, "romanised")).cut(options.max_length - 2)


def _file(store: Path | None, name: str) -> Path | None:
    return None if store is None else store / f"{name}.safetensors"


def _assemble(
    pairs: Sequence[Pair],
    tokenizer: PreTrainedTokenizerBase,
    options: DataOptions,
    rows: list[tuple[list[str], list[str], list[list[int]]]] | None,
    store: Path | None,
) -> PairData:
    texts = [text for pair in pairs for text in (pair.source, pair.target)]
    words = None if rows is None else [side for row in rows for side in row[:2]]
    tokens = tokenise(texts, tokenizer, words, _file(store, "pairs")).cut(options.max_length - 2)
    codes = [code for pair in pairs for code in (pair.source_lang, pair.target_lang)]
    names = tuple(sorted(set(codes)))
    languages = np.array([names.index(code) for code in codes])
    links = None
    if rows is not None:
        links = WordLinks.of(rows, tokens, languages, options.skip_frequent)
    ids = [pair.id for pair in pairs]
    groups = np.unique(languages.reshape(-1, 2), axis=0, return_inverse=True)[1].reshape(-1)
    return PairData(tokens, ids, text_hashes(ids), groups, languages, names, links)


def read_mono(
    bitext: Path,
    tokenizer: PreTrainedTokenizerBase,
    options: DataOptions,
    entries: Entries | None = None,
    store: Path | None = None,
) -> MonoData:
    """Read and tokenise the documents of a bitext artifact; without any, the two sides of its pairs serve.

    Args:
        bitext: the artifact.
        tokenizer: a fast tokenizer.
        options: longest row, one segment or two.
        entries: a dictionary, when words are to be replaced by translations.
        store: a folder of this run, in which tokens are kept.

    Raises:
        DataError: there is no text.
    """
    texts = monolingual(bitext)
    names = tuple(sorted(texts))
    documents = [text for name in names for text in texts[name]]
    groups = np.repeat(np.arange(len(names)), [len(texts[name]) for name in names])
    room = options.max_length - 3
    halves = [split_document(d) if options.document_pairs else (d, "") for d in documents]
    texts_ = [half for both in halves for half in both]
    codes = [names[group] for group in groups for _ in (0, 1)]
    words = [segment.words(text, code) for text, code in zip(texts_, codes, strict=True)] if entries else None
    tokens = tokenise(texts_, tokenizer, words, _file(store, "mono")).cut(room)
    switch = Switch.of(tokens, words, codes, entries) if entries and words else None
    return MonoData(tokens, text_hashes(documents), groups, names, switch)


def monolingual(bitext: Path) -> dict[str, list[str]]:
    """The documents of each language; where an artifact has none, the distinct sentences of its pairs."""
    names = corpus.mono_languages(bitext)
    if names:
        return {name: list(corpus.read_mono(bitext, name)) for name in names}
    sides: dict[str, Counter[str]] = {}
    for pair in corpus.read_pairs(bitext / "train"):
        sides.setdefault(pair.source_lang, Counter())[pair.source] += 1
        sides.setdefault(pair.target_lang, Counter())[pair.target] += 1
    if not sides:
        raise DataError(f"{bitext}: no text to train on", "run `xlalign prepare`")
    return {name: list(found) for name, found in sides.items()}
