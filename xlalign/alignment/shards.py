"""Shards of pairs, cut into words and aligned by processes on this machine or on a Ray cluster.

Each shard is a file, written whole or not at all. Which pairs are in it and what it holds does not depend on the
processes, so that an interrupted call goes on where it stopped and any number of them gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from xlalign.alignment import files
from xlalign.alignment.base import EMPTY, Aligner
from xlalign.alignment.settings import AlignSettings, WordRule
from xlalign.bitext import corpus as bitext_files
from xlalign.parallel import Engine, ordered_map
from xlalign.progress import track
from xlalign.types import Alignment, WordPair

SHARD_ROWS = 20_000
ALIGN_ROWS = 10_000
"""Pairs that an aligner is given at a time."""


class TextShard(NamedTuple):
    """Rows of id, source text and target text, and the file that takes their words."""

    rows: list[tuple[str, str, str]]
    words: Path
    pair: str


class WordShard(NamedTuple):
    """A file of words, and the file that takes their links."""

    words: Path
    links: Path
    pair: str


class Limits(NamedTuple):
    """Pairs with more words on a side get no links; links with a lower score are dropped."""

    max_words: int
    links_from: float = 0.0


class Sizes(NamedTuple):
    """Pairs, and those of them with more words on a side than is allowed."""

    pairs: int
    too_long: int


def cut_words(bitext: Path, settings: AlignSettings, work: Path, engine: Engine) -> dict[str, Sizes]:
    """Write the words of every training pair to `work`/words/<pair>/; the sizes of every language pair."""
    done = work / "words.json"
    if not done.exists():
        shutil.rmtree(work / "words", ignore_errors=True)
        pairs = bitext_files.language_pairs(bitext / "train")
        sizes = {"-".join(pair): _cut_pair(bitext, *pair, settings, work / "words", engine) for pair in pairs}
        files.write_json(done, sizes)
    return {pair: Sizes(*sizes) for pair, sizes in json.loads(done.read_text(encoding="utf-8")).items()}


def _cut_pair(bitext: Path, source: str, target: str, settings: AlignSettings, folder: Path, engine: Engine) -> Sizes:
    pair = f"{source}-{target}"
    rows = (
        (row.id, row.source, row.target)
        for row in bitext_files.read_pairs(bitext / "train")
        if (row.source_lang, row.target_lang) == (source, target)
    )
    jobs = (
        TextShard(chunk, folder / pair / f"{number:05d}.parquet", pair)
        for number, chunk in enumerate(bitext_files.chunks(rows, SHARD_ROWS))
    )
    found = ordered_map(_cut_shard, jobs, settings, engine)
    return Sizes(*map(sum, zip(*track(found, f"words {pair}", unit="shards"), strict=True)))


def _cut_shard(shard: TextShard, settings: AlignSettings) -> Sizes:
    cut = segmenter(settings.words)
    source, target = shard.pair.split("-")
    rows = [(identity, cut(left, source), cut(right, target)) for identity, left, right in shard.rows]
    files.write_table(shard.words, files.WORDS, rows, shard.pair)
    return Sizes(len(rows), sum(max(map(len, words)) > settings.max_words for _, *words in rows))


def segmenter(rule: WordRule) -> Callable[[str, str], list[str]]:
    """(text, language) -> words, as a rule says."""
    if rule == "spaces":
        return lambda text, _lang: text.split()
    from xlalign.bitext import segment

    rules = {"icu": segment.dictionary_words, "segment": segment.words, "mecab": segment.morphemes}
    return rules[rule]


def align_shards(shards: Sequence[WordShard], aligner: Aligner, limits: Limits, engine: Engine) -> None:
    """Write the links of every shard that has none yet."""
    left = [shard for shard in shards if not shard.links.exists()]
    done = ordered_map(_align_shard, left, (aligner, limits), engine)
    for _ in track(done, "align", total=len(left), unit="shards"):
        pass


def _align_shard(shard: WordShard, context: tuple[Aligner, Limits]) -> None:
    aligner, limits = context
    files.write_table(shard.links, files.LINKS, _linked(shard.words, aligner, limits), shard.pair)


def _linked(words: Path, aligner: Aligner, limits: Limits) -> Iterator[tuple[object, ...]]:
    """Rows of links, some thousand pairs in memory at a time."""
    rows = files.read_words(words)
    while group := list(islice(rows, ALIGN_ROWS)):
        found = align_fitting([pair for _, pair in group], aligner, limits)
        for (identity, pair), alignment in zip(group, found, strict=True):
            yield files.link_row(identity, pair, alignment)


def align_fitting(pairs: Sequence[WordPair], aligner: Aligner, limits: Limits) -> list[Alignment]:
    """One alignment per pair, within the limits."""
    result = [EMPTY] * len(pairs)
    fits = [n for n, (source, target) in enumerate(pairs) if max(len(source), len(target)) <= limits.max_words]
    for number, alignment in zip(fits, aligner.align([pairs[n] for n in fits]), strict=True):
        result[number] = alignment if limits.links_from == 0 else _certain(alignment, limits.links_from)
    return result


def _certain(alignment: Alignment, least: float) -> Alignment:
    """The links with a score of at least `least`."""
    kept = [(link, score) for link, score in zip(*alignment, strict=True) if score >= least]
    return Alignment(tuple(link for link, _ in kept), tuple(score for _, score in kept))
