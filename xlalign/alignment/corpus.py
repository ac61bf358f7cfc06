"""Aligning a whole bitext artifact: words, one model per language pair, links in shards, lexicon, scores.

Work goes to `scratch` first, file by file, each written whole or not at all, so that the same call after an
interruption goes on where it stopped and gives the same files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.alignment import ALIGNERS, files, gold, lexicon, named
from xlalign.alignment.base import Aligner, Knowing, Threaded, Trainable
from xlalign.alignment.hmm.aligner import HmmAligner
from xlalign.alignment.hmm.model import HmmModel
from xlalign.alignment.readable import write_readable
from xlalign.alignment.settings import AlignSettings
from xlalign.alignment.shards import WordShard, align_fitting, align_shards, cut_words
from xlalign.bitext import corpus as bitext_files
from xlalign.bitext.corpus import GoldPair
from xlalign.parallel import HERE, Engine
from xlalign.types import WordPair


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
    engine: Engine = HERE,
) -> dict[str, dict[str, Any]]:
    """Align every language pair of a bitext and write an alignments artifact.

    A statistical aligner trains on the training pairs of a language pair together with the words of its gold pairs
    (never their links), as is usual for such aligners, unless a trained model is given.

    Args:
        bitext: a bitext artifact.
        settings: the aligner and its options.
        out: receives the artifact.
        encoder: model directory or hub id for an encoder aligner; overrides `settings.encoder`.
        scratch: survives an interruption; `out`/.work when None.
        engine: the processes that cut and align text; training has as many threads. No result depends on it.

    Returns:
        Scores per gold set: precision, recall, f1, aer in [0, 1] and the counts behind them.

    Raises:
        DataError: the bitext, or a file that the settings name, is missing or malformed.
        UserError: the aligner is unknown or needs an encoder.
    """
    work = scratch or out / ".work"
    standards = [*_own_gold(bitext), *map(_given_gold, settings.gold)]
    sizes = {} if settings.only_gold else cut_words(bitext, settings, work, engine)
    scores: dict[str, dict[str, Any]] = {}
    first = 0
    for pair in sorted({*sizes, *(standard.pair for standard in standards)}):
        words = sorted((work / "words" / pair).glob("*.parquet"))
        here = [standard for standard in standards if standard.pair == pair]
        make = _make(pair, settings, encoder, here)
        if isinstance(make, Threaded):
            make.workers = max(engine.workers, 1)
        aligner = _prepared(make, _training_text(words, here, settings), work / "models" / f"{pair}.npz")
        names = (f"{number:05d}.parquet" for number in range(first, first + len(words)))
        shards = [WordShard(path, work / "links" / name, pair) for path, name in zip(words, names, strict=True)]
        align_shards(shards, aligner, settings.max_words, engine)
        first += len(shards)
        for standard in here:
            scores[standard.name] = _score(standard, aligner, settings, out)
    for name in ("links", "models"):
        if (work / name).exists():
            shutil.copytree(work / name, out / name)
    report = write_readable(out, sorted(sizes), settings)
    for pair, size in sizes.items():
        report[pair]["too_long"] = size.too_long
    files.write_json(out / "report.json", {"words": settings.words, "aligner": settings.aligner, "languages": report})
    if scores:
        files.write_json(out / "scores.json", scores)
    if scratch is None:
        shutil.rmtree(work)
    return scores


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


def _make(
    pair: str, settings: AlignSettings, encoder: str | Path | None, standards: Sequence[Standard]
) -> Aligner | Trainable:
    """The aligner for a language pair, with what is given for it: gold links, a trained model, lexicons."""
    aligner = ALIGNERS.get(settings.aligner)(settings, encoder or settings.encoder or None)
    if isinstance(aligner, Knowing):
        return aligner.know(row for standard in standards for row in standard.rows)
    if not isinstance(aligner, HmmAligner):
        return aligner
    for path in named.files_of(settings.models, pair):
        return HmmModel.load(path)
    entries = chain.from_iterable(map(lexicon.read_any, named.files_of(settings.priors, pair)))
    aligner.lexicon = lexicon.probabilities(entries) or None
    return aligner


def _prepared(make: Aligner | Trainable, text: Iterator[WordPair], saved: Path) -> Aligner:
    """The aligner for one language pair, trained on its text or loaded from an interrupted run."""
    if not isinstance(make, Trainable):
        return make
    if saved.exists():
        return HmmModel.load(saved)
    trained = make.train(text)
    if isinstance(trained, HmmModel):
        saved.parent.mkdir(parents=True, exist_ok=True)
        trained.save(saved.with_suffix(".part"))
        saved.with_suffix(".part").replace(saved)
    return trained


def _score(standard: Standard, aligner: Aligner, settings: AlignSettings, out: Path) -> dict[str, Any]:
    """Align the gold pairs, write them with their links, and score them."""
    found = align_fitting(standard.words, aligner, settings.max_words)
    rows = (files.gold_row(row, links) for row, links in zip(standard.rows, found, strict=True))
    files.write_table(out / "gold" / f"{standard.name.replace(' ', '.')}.parquet", files.GOLD, rows, standard.pair)
    as_set = gold.GoldSet(
        standard.name, standard.words, [row.sure for row in standard.rows],
        [row.possible for row in standard.rows], 0, standard.notes,
    )  # fmt: skip
    return as_set.score([alignment.links for alignment in found]).as_dict()
