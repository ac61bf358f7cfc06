"""The making of a tokens artifact: one set of texts of a bitext, as one tokenizer sees them, in arrays on disk.

pairs        ids, borders, hashes of 2n texts (the source of pair i is text 2i, its target 2i + 1); name, name_borders,
             name_hashes of the n pairs; languages of the 2n texts
  linked     and words of the tokens; linked: which pairs have links; links, link_borders; of both words of a link
             link_first (its first token in the text) and link_ranks (its rank by frequency in its language)
romanised    ids, borders, hashes of the same 2n texts in Latin letters
mono         ids, borders, hashes of 2n halves of documents; document_hashes, languages of the n documents
  words      and words of the tokens; types: for each first token of a word its number in `vocabulary.json`
tokens.json  the names of the languages, the tokenizer's fingerprint
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xlalign import progress
from xlalign.arrays import Ints, borders, owners
from xlalign.bitext import corpus, segment
from xlalign.bitext.transforms.romanize import romanize
from xlalign.errors import DataError
from xlalign.hashing import text_hashes
from xlalign.modeling.words import Codes, encode
from xlalign.training.arrays import ArrayWriter
from xlalign.training.documents import monolingual, split_document
from xlalign.training.links import Linked, LinkReader, link_arrays, ranks_by_frequency
from xlalign.training.settings import TokensSettings
from xlalign.training.tokens import META, VOCABULARY, fingerprint
from xlalign.training.views import SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from xlalign.types import Pair

BLOCK = 4096
"""Pairs, or documents, in memory at a time."""
REMEMBERED = 1 << 18
"""Texts whose tokens are kept in memory: about 100 MB of sentences."""
TEXTS: dict[str, Any] = {"ids": (np.int32, ()), "borders": (np.int64, ()), "hashes": (np.uint64, ())}
PAIRS = TEXTS | {
    "name": (np.uint8, ()),
    "name_borders": (np.int64, ()),
    "name_hashes": (np.uint64, ()),
    "languages": (np.int16, ()),
}
LINKED = PAIRS | {
    "words": (np.int32, ()),
    "linked": (np.bool_, ()),
    "links": (np.int32, (2,)),
    "link_borders": (np.int64, ()),
    "link_first": (np.int32, (2,)),
    "link_ranks": (np.int32, (2,)),
}
MONO = TEXTS | {"document_hashes": (np.uint64, ()), "languages": (np.int16, ())}
WORDS = MONO | {"words": (np.int32, ()), "types": (np.int32, ())}


def write_tokens(
    settings: TokensSettings, bitext: Path, tokenizer: PreTrainedTokenizerBase, alignments: Path | None, folder: Path
) -> None:
    """Write the arrays of one set of texts.

    Args:
        settings: which texts, and what goes with them.
        bitext: the bitext artifact.
        tokenizer: a fast tokenizer.
        alignments: the alignments artifact, for `linked`.
        folder: receives the arrays.

    Raises:
        DataError: there is no text, or no pair has links.
    """
    if settings.texts == "mono":
        _write_mono(settings, bitext, tokenizer, folder)
    else:
        _write_pairs(settings, bitext, tokenizer, alignments if settings.linked else None, folder)


class _Remembering:
    """A tokenizer that cuts a text once: an English sentence comes again with every language it is translated into.

    Args:
        tokenizer: a fast tokenizer.
        limit: texts that are remembered; the oldest is forgotten first.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, limit: int = REMEMBERED) -> None:
        self._tokenizer, self._limit = tokenizer, limit
        self._known: dict[tuple[str, tuple[str, ...] | None], tuple[Codes, Codes]] = {}

    def encode(self, texts: Sequence[str], words: Sequence[Sequence[str]] | None) -> tuple[Codes, Ints, Codes]:
        """As `words.encode`."""
        keys = [(text, None if words is None else tuple(words[i])) for i, text in enumerate(texts)]
        known = {key: self._known[key] for key in keys if key in self._known}
        if new := [key for key in dict.fromkeys(keys) if key not in known]:
            ids, lengths, owner = encode(
                [text for text, _ in new], self._tokenizer, None if words is None else [own or () for _, own in new]
            )
            cuts = borders(lengths)[1:-1]
            parts = zip(np.split(ids, cuts), np.split(owner, cuts) if len(owner) else [owner] * len(new), strict=True)
            known |= dict(zip(new, parts, strict=True))
            self._remember(new, known)
        found = [known[key] for key in keys]
        lengths = np.fromiter((len(ids) for ids, _ in found), np.int64, len(found))
        return _joined(ids for ids, _ in found), lengths, _joined(owner for _, owner in found)

    def _remember(self, new: Sequence[tuple[str, tuple[str, ...] | None]], known: Mapping[Any, Any]) -> None:
        # Copies: a part of a block's array would keep all of it.
        self._known |= {key: (known[key][0].copy(), known[key][1].copy()) for key in new}
        for key in list(self._known)[: max(0, len(self._known) - self._limit)]:
            del self._known[key]


def _joined(parts: Iterable[Codes]) -> Codes:
    return np.concatenate([np.empty(0, np.int32), *parts])


class _TextWriter:
    """Tokenised texts, appended block by block; `numbers` counts what has borders."""

    def __init__(self, writer: ArrayWriter, tokenizer: PreTrainedTokenizerBase) -> None:
        self.writer, self.tokenizer = writer, _Remembering(tokenizer)
        self.ends: dict[str, int] = {}

    def add(self, texts: Sequence[str], words: Sequence[Sequence[str]] | None = None) -> tuple[Ints, Codes]:
        """Tokenise and append; returns the tokens (n,) of each text and their words."""
        ids, lengths, owner = self.tokenizer.encode(texts, words)
        self.writer.add("ids", ids)
        self.writer.add("hashes", text_hashes(texts))
        self.bordered("borders", lengths)
        if words is not None:
            self.writer.add("words", owner)
        return lengths, owner

    def bordered(self, name: str, lengths: Ints) -> None:
        """Append borders of rows of these lengths: 0 first, then the end of every row."""
        start = self.ends.get(name)
        # Blocks of lengths [2 3] and [4] give 0 2 5, then 9: only the first block writes the 0.
        ends = borders(lengths) + (start or 0)
        self.ends[name] = int(ends[-1])
        self.writer.add(name, ends if start is None else ends[1:])


def _write_pairs(
    settings: TokensSettings, bitext: Path, tokenizer: PreTrainedTokenizerBase, alignments: Path | None, folder: Path
) -> None:
    split = bitext / "train"
    count, names = corpus.count_pairs(split), _languages(split)
    if not count:
        raise DataError(f"{split}: no pairs", "run `xlalign prepare` with a source that has some")
    types = TEXTS if settings.texts == "romanised" else LINKED if alignments else PAIRS
    linked = Linked(LinkReader(alignments)) if alignments else None
    with ArrayWriter(folder, types) as writer, progress.task("tokenise", 2 * count, "texts") as bar:
        texts = _TextWriter(writer, tokenizer)
        for block in corpus.chunks(corpus.read_pairs(split), BLOCK):
            if settings.texts == "romanised":
                texts.add([romanize([text], lang)[0] for text, lang in _sides(block)])
            else:
                _add_pairs(texts, block, names, linked)
            bar.advance(2 * len(block))
        for name in ("borders", "name_borders", "link_borders"):
            if name in types:
                texts.bordered(name, np.empty(0, np.int64))
    if linked is not None:
        if not linked.found:
            raise DataError(f"{alignments}: no usable word link for any pair of {split}", "run `xlalign align-words`")
        ranks_by_frequency(folder, linked)
    _write_meta(folder, names, tokenizer)


def _languages(split: Path) -> list[str]:
    return sorted({code for pair in corpus.language_pairs(split) for code in pair})


def _sides(pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    """Text and language of both sides of every pair."""
    for pair in pairs:
        yield pair.source, pair.source_lang
        yield pair.target, pair.target_lang


def _add_pairs(texts: _TextWriter, pairs: Sequence[Pair], names: list[str], linked: Linked | None) -> None:
    writer = texts.writer
    sides, codes = zip(*_sides(pairs), strict=True)
    ids = [pair.id.encode() for pair in pairs]
    writer.add("name", np.frombuffer(b"".join(ids), np.uint8))
    texts.bordered("name_borders", np.fromiter(map(len, ids), np.int64, len(ids)))
    writer.add("name_hashes", text_hashes(pair.id for pair in pairs))
    languages = np.fromiter(map(names.index, codes), np.int16, len(codes))
    writer.add("languages", languages)
    if linked is None:
        texts.add(sides)
        return
    rows = [linked.reader.get(pair.id) for pair in pairs]
    words = [side for row in rows for side in (row.pair if row else ((), ()))]
    lengths, owner = texts.add(sides, words)
    writer.add("linked", np.array([row is not None for row in rows]))
    kept = link_arrays(rows, words, languages, linked, owners(lengths), owner)
    texts.bordered("link_borders", kept.counts)
    writer.add("links", kept.links)
    writer.add("link_first", kept.first)
    writer.add("link_ranks", kept.types)


def _write_mono(settings: TokensSettings, bitext: Path, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    documents = monolingual(bitext)
    names = sorted(documents)
    halves = settings.document_pairs if settings.document_pairs != "auto" else pairs_up(tokenizer)
    vocabulary: dict[tuple[str, str], int] = {}
    total = sum(map(len, documents.values()))
    with (
        ArrayWriter(folder, WORDS if settings.words else MONO) as writer,
        progress.task("tokenise", total, "documents") as bar,
    ):
        texts = _TextWriter(writer, tokenizer)
        for number, name in enumerate(names):
            for block in corpus.chunks(documents[name], BLOCK):
                sides = list(chain.from_iterable(split_document(d) if halves else (d, "") for d in block))
                writer.add("document_hashes", text_hashes(block))
                writer.add("languages", np.full(len(block), number))
                _add_documents(texts, sides, name, vocabulary if settings.words else None)
                bar.advance(len(block))
        texts.bordered("borders", np.empty(0, np.int64))
    _write_meta(folder, names, tokenizer)
    if settings.words:
        (folder / VOCABULARY).write_text(json.dumps(list(vocabulary), ensure_ascii=False), encoding="utf-8")


def _add_documents(
    texts: _TextWriter, sides: Sequence[str], language: str, vocabulary: dict[tuple[str, str], int] | None
) -> None:
    if vocabulary is None:
        texts.add(sides)
        return
    words = [segment.words(text, language) for text in sides]
    lengths, owner = texts.add(sides, words)
    spelt = ((language, word.casefold()) for word in chain.from_iterable(words))
    numbers = np.fromiter((vocabulary.setdefault(word, len(vocabulary)) for word in spelt), np.int32)
    text = owners(lengths)
    # Text 0 is the words a, bb (tokens a, b1 b2), text 1 the word c: text 0 0 0 1, owner 0 1 1 0. A token begins a word
    # where text or owner changes, T T F T, and its word is number first[text] + owner of all words: 0, 1, 2.
    begins = (owner >= 0) & ((np.append(-1, text[:-1]) != text) | (np.append(-2, owner[:-1]) != owner))
    first = borders(np.fromiter(map(len, words), np.int64, len(words)))[:-1]
    types = np.full(len(owner), -1, np.int32)
    types[begins] = numbers[first[text[begins]] + owner[begins]]
    texts.writer.add("types", types)


def pairs_up(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether two segments of a document make one row: where the tokenizer joins them by one separator."""
    return len(SpecialTokens.of(tokenizer).middle) == 1


def _write_meta(folder: Path, languages: list[str], tokenizer: PreTrainedTokenizerBase) -> None:
    meta = {"languages": languages, "tokenizer": fingerprint(tokenizer)}
    (folder / META).write_text(json.dumps(meta), encoding="utf-8")
