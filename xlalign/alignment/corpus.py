"""Aligning a whole bitext artifact: words, one model per language pair, links in shards, lexicon, scores.

Work goes to `scratch` first, file by file, each written whole or not at all, so that the same call after an
interruption goes on where it stopped and gives the same files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.alignment import ALIGNERS, files, gold
from xlalign.alignment.base import EMPTY, Aligner, Knowing, Trainable
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext import corpus as bitext_files
from xlalign.bitext.corpus import GoldPair, chunks
from xlalign.progress import track
from xlalign.types import Alignment, WordPair

SHARD_ROWS = 50_000


class Standard(NamedTuple):
    """Gold links to score on: a name, the "<source>-<target>" languages, the pairs, and warnings about the file."""

    name: str
    pair: str
    rows: list[GoldPair]
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> list[WordPair]:
        """The words of each pair."""
        return [(row.source_words, row.target_words) for row in self.rows]


def align_corpus(
    bitext: Path,
    settings: AlignSettings,
    out: Path,
    encoder: str | Path | None = None,
    scratch: Path | None = None,
) -> dict[str, dict[str, Any]]:
    """Align every language pair of a bitext and write an alignments artifact.

    A statistical aligner trains on the training pairs of a language pair together with the words of its gold pairs
    (never their links), as is usual for such aligners.

    Args:
        bitext: a bitext artifact.
        settings: the aligner and its options.
        out: receives the artifact.
        encoder: model directory or hub id for an encoder aligner; overrides `settings.encoder`.
        scratch: survives an interruption; `out`/.work when None.

    Returns:
        Scores per gold set: precision, recall, f1, aer in [0, 1] and the counts behind them.

    Raises:
        DataError: the bitext or a gold file is missing or malformed.
        UserError: the aligner is unknown or needs an encoder.
    """
    work = scratch or out / ".work"
    sizes = {} if settings.only_gold else _cut_words(bitext, settings, work)
    standards = [*_own_gold(bitext), *map(_given_gold, settings.gold)]
    make = ALIGNERS.get(settings.aligner)(settings, encoder or settings.encoder or None)
    scores: dict[str, dict[str, Any]] = {}
    shard = 0
    for pair in sorted({*sizes, *(standard.pair for standard in standards)}):
        words = sorted((work / "words" / pair).glob("*.parquet"))
        here = [standard for standard in standards if standard.pair == pair]
        if isinstance(make, Knowing):
            make = make.know(row for standard in here for row in standard.rows)
        aligner = _prepared(make, _training_text(words, here, settings), work / "models" / f"{pair}.npz")
        for path in words:
            _align_file(path, out / "links" / f"{shard:05d}.parquet", work / "links", aligner, settings, pair)
            shard += 1
        for standard in here:
            scores[standard.name] = _score(standard, aligner, settings, out)
    if (work / "models").exists():
        shutil.copytree(work / "models", out / "models")
    report = files.write_readable(out, sorted(sizes), settings.lexicon_min_count, settings.lexicon_min_probability)
    for pair, count in sizes.items():
        report[pair]["too_long"] = count["too_long"]
    files.write_json(out / "report.json", {"words": settings.words, "aligner": settings.aligner, "languages": report})
    if scores:
        files.write_json(out / "scores.json", scores)
    if scratch is None:
        shutil.rmtree(work)
    return scores


def _cut_words(bitext: Path, settings: AlignSettings, work: Path) -> dict[str, dict[str, int]]:
    """Write the words of every pair to work/words/<pair>/; numbers of pairs and of those too long."""
    done = work / "words.json"
    if not done.exists():
        shutil.rmtree(work / "words", ignore_errors=True)
        sizes = {
            f"{source}-{target}": _cut_pair(bitext, source, target, settings, work / "words" / f"{source}-{target}")
            for source, target in bitext_files.language_pairs(bitext / "train")
        }
        files.write_json(done, sizes)
    return dict(json.loads(done.read_text(encoding="utf-8")))


def _cut_pair(bitext: Path, source: str, target: str, settings: AlignSettings, folder: Path) -> dict[str, int]:
    cut = _segmenter(settings)
    counts = {"pairs": 0, "too_long": 0}

    def rows() -> Iterator[tuple[str, list[str], list[str]]]:
        for pair in track(bitext_files.read_pairs(bitext / "train"), f"words {source}-{target}", unit="pairs"):
            if (pair.source_lang, pair.target_lang) == (source, target):
                words = cut(pair.source, source), cut(pair.target, target)
                counts["pairs"] += 1
                counts["too_long"] += max(map(len, words)) > settings.max_words
                yield pair.id, *words

    for number, chunk in enumerate(chunks(rows(), SHARD_ROWS)):
        files.write_table(folder / f"{number:05d}.parquet", files.WORDS, chunk, f"{source}-{target}")
    return counts


def _segmenter(settings: AlignSettings) -> Callable[[str, str], list[str]]:
    if settings.words == "spaces":
        return lambda text, _lang: text.split()
    from xlalign.bitext.segment import words

    return words


def _own_gold(bitext: Path) -> Iterator[Standard]:
    for (source, target), rows in bitext_files.read_gold(bitext).items():
        yield Standard(f"{source}-{target}", f"{source}-{target}", rows)


def _given_gold(spec: str) -> Standard:
    pair, found = gold.read_spec(spec)
    rows = [
        GoldPair(f"{number:05d}", source, target, sure, possible)
        for number, ((source, target), sure, possible) in enumerate(
            zip(found.pairs, found.sure, found.possible, strict=True)
        )
    ]
    notes = (f"{found.name} counts words from {found.base}", *found.notes)
    return Standard(f"{pair} {found.name}", pair, rows, notes)


def _training_text(words: Sequence[Path], standards: Sequence[Standard], settings: AlignSettings) -> Iterator[WordPair]:
    """The words of the bitext and of the gold pairs, without pairs that are too long."""
    text = (pair for path in words for _, pair in files.read_words(path))
    for pair in chain(text, *(standard.words for standard in standards)):
        if max(map(len, pair)) <= settings.max_words:
            yield pair


def _prepared(make: Aligner | Trainable, text: Iterator[WordPair], saved: Path) -> Aligner:
    """The aligner for one language pair, trained on its text or loaded from an interrupted run."""
    if not isinstance(make, Trainable):
        return make
    from xlalign.alignment.hmm.model import HmmModel

    if saved.exists():
        return HmmModel.load(saved)
    trained = make.train(text)
    if isinstance(trained, HmmModel):
        saved.parent.mkdir(parents=True, exist_ok=True)
        trained.save(saved.with_suffix(".part"))
        saved.with_suffix(".part").replace(saved)
    return trained


def _align_file(path: Path, result: Path, work: Path, aligner: Aligner, settings: AlignSettings, pair: str) -> None:
    """Align one file of words into `result`, by way of `work`."""
    made = work / result.name
    if not made.exists():
        rows = list(files.read_words(path))
        found = _align([words for _, words in rows], aligner, settings)
        linked = (files.link_row(i, words, links) for (i, words), links in zip(rows, found, strict=True))
        files.write_table(made, files.LINKS, linked, pair)
    result.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, result)


def _align(pairs: Sequence[WordPair], aligner: Aligner, settings: AlignSettings) -> list[Alignment]:
    """One alignment per pair; pairs that are too long get none."""
    result = [EMPTY] * len(pairs)
    fits = [n for n, (source, target) in enumerate(pairs) if max(len(source), len(target)) <= settings.max_words]
    for number, alignment in zip(fits, aligner.align([pairs[n] for n in fits]), strict=True):
        result[number] = alignment
    return result


def _score(standard: Standard, aligner: Aligner, settings: AlignSettings, out: Path) -> dict[str, Any]:
    """Align the gold pairs, write them with their links, and score them."""
    found = _align(standard.words, aligner, settings)
    rows = (files.gold_row(row, links) for row, links in zip(standard.rows, found, strict=True))
    files.write_table(out / "gold" / f"{standard.name.replace(' ', '.')}.parquet", files.GOLD, rows, standard.pair)
    as_set = gold.GoldSet(
        standard.name, standard.words, [row.sure for row in standard.rows],
        [row.possible for row in standard.rows], 0, standard.notes,
    )  # fmt: skip
    return as_set.score([alignment.links for alignment in found]).as_dict()
