"""Aligning a whole bitext artifact: words, one model per language pair, links in shards, lexicon, scores.

Work goes to `scratch` first, file by file, each written whole or not at all, so that the same call after an
interruption goes on where it stopped and gives the same files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.alignment import ALIGNERS, files, gold
from xlalign.alignment.base import Aligner, AlignerInputs, AlignerSettings, Saved, TrainableAligner
from xlalign.alignment.calibration import reliability
from xlalign.alignment.readable import write_readable
from xlalign.alignment.recut import recut, relinked
from xlalign.alignment.sample import hash_limit, in_sample
from xlalign.alignment.settings import AlignSettings, first_files
from xlalign.alignment.shards import Limits, WordShard, align_fitting, align_shards, cut_words, segmenter
from xlalign.bitext import corpus as bitext_files
from xlalign.bitext.corpus import GoldPair
from xlalign.errors import DataError, UserError
from xlalign.parallel import HERE, Engine
from xlalign.types import Alignment, WordPair


class Standard(NamedTuple):
    """Gold links to score on: a name, the "<source>-<target>" languages, the pairs, and warnings about the file.

    `cut` are the words of each pair as the aligner gets them, where they are not those of the gold links.
    """

    name: str
    pair: str
    rows: list[GoldPair]
    notes: tuple[str, ...] = ()
    cut: list[WordPair] | None = None

    @property
    def given(self) -> list[WordPair]:
        """The words of each pair that the gold links are about."""
        return [(row.source_words, row.target_words) for row in self.rows]

    @property
    def words(self) -> list[WordPair]:
        """The words of each pair as the aligner gets them."""
        return self.given if self.cut is None else self.cut

    @property
    def rows_as_cut(self) -> list[GoldPair]:
        """The pairs as the aligner gets them; links between other words than the gold's are none."""
        if self.cut is None:
            return self.rows
        return [GoldPair(row.id, *words, (), ()) for row, words in zip(self.rows, self.cut, strict=True)]

    def scored(self, found: Sequence[Alignment]) -> list[Alignment]:
        """Links between `words` as links between the gold's."""
        if self.cut is None:
            return list(found)
        return [relinked(*row) for row in zip(found, self.cut, self.given, strict=True)]


def align_bitext(
    bitext: Path,
    settings: AlignSettings,
    out: Path,
    encoder: str | Path | None = None,
    scratch: Path | None = None,
    engine: Engine = HERE,
) -> dict[str, dict[str, Any]]:
    """Align every language pair of a bitext and write an alignments artifact.

    An aligner that learns trains on the training pairs of a language pair together with the words of its gold pairs
    (never their links), as is usual for such aligners, unless a trained model is given.

    Args:
        bitext: a bitext artifact.
        settings: the aligner and its options.
        out: receives the artifact.
        encoder: model directory or hub id for an encoder aligner; overrides `settings.encoder`.
        scratch: survives an interruption; `out`/.work when None.
        engine: the processes that cut and align text; training has as many threads. No result depends on it.

    Returns:
        Scores per gold set: precision, recall, f1, aer in [0, 1], the counts behind them, and `Reliability`.

    Raises:
        DataError: the bitext, or a file that the settings name, is missing or malformed.
        UserError: the aligner is unknown or needs an encoder.
    """
    work = scratch or out / ".work"
    standards = [_as_cut(standard, settings) for standard in (*_own_gold(bitext), *map(_given_gold, settings.gold))]
    sizes = {} if settings.only_gold else cut_words(bitext, settings, work, engine)
    scores: dict[str, dict[str, Any]] = {}
    first = 0
    for pair in sorted({*sizes, *(standard.pair for standard in standards)}):
        words = sorted((work / "words" / pair).glob("*.parquet"))
        here = [standard for standard in standards if standard.pair == pair]
        inputs = AlignerInputs(
            languages=pair,
            encoder=encoder or settings.encoder or None,
            gold=[row for standard in here for row in standard.rows_as_cut],
            priors=tuple(first_files(settings.priors, pair)),
            workers=max(engine.workers, 1),
        )
        aligner = _aligner(settings, inputs, _training_text(words, here, settings), work / "models")
        names = (f"{number:05d}.parquet" for number in range(first, first + len(words)))
        shards = [WordShard(path, work / "links" / name, pair) for path, name in zip(words, names, strict=True)]
        align_shards(shards, aligner, Limits(settings.max_words, settings.links_from), engine)
        first += len(shards)
        for standard in here:
            scores[standard.name] = _score(standard, aligner, settings, out)
    for name in ("links", "models"):
        if (work / name).exists():
            shutil.copytree(work / name, out / name)
    report = write_readable(out, sorted(sizes), settings)
    for pair, size in sizes.items():
        report[pair]["too_long"] = size.too_long
    files.write_json(
        out / "report.json", {"words": settings.words, "aligner": settings.aligner.kind, "languages": report}
    )
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


def _as_cut(standard: Standard, settings: AlignSettings) -> Standard:
    """The gold pairs as the bitext is cut, where that is asked for."""
    if settings.gold_words == "given":
        return standard
    source, target = standard.pair.split("-")
    cut = segmenter(settings.words)
    return standard._replace(cut=[recut(pair, (source, target), cut) for pair in standard.given])


def _training_text(words: Sequence[Path], standards: Sequence[Standard], settings: AlignSettings) -> Iterator[WordPair]:
    """The words of the bitext, or of a sample of it, and of the gold pairs, without pairs that are too long."""
    size = settings.aligner.sample_size()
    text = chain.from_iterable(map(_words_of, words)) if size is None else _sampled(words, size)
    for pair in chain(text, *(standard.words for standard in standards)):
        if max(map(len, pair)) <= settings.max_words:
            yield pair


def _words_of(path: Path) -> Iterator[WordPair]:
    return (pair for _, pair in files.read_words(path))


def _sampled(words: Sequence[Path], size: int) -> Iterator[WordPair]:
    """The pairs with the `size` lowest hashes of their ids, in order; ids are content hashes, so copies go together."""
    limit = hash_limit(chain.from_iterable(map(files.read_ids, words)), size)
    for path in words:
        chosen = in_sample(files.read_ids(path), limit)
        yield from compress(_words_of(path), chosen)


def _aligner(settings: AlignSettings, inputs: AlignerInputs, text: Iterator[WordPair], models: Path) -> Aligner:
    """The aligner for one language pair: a given model, or trained on its text now or before an interruption."""
    own = settings.aligner
    for path in first_files(settings.models, inputs.languages):
        return own.load(path, inputs)
    made = own.make(inputs)
    if not isinstance(made, TrainableAligner):
        return made
    saved = model_file(models, own, inputs.languages)
    if saved.exists():
        return own.load(saved, inputs)
    trained = made.train(text)
    if isinstance(trained, Saved):
        saved.parent.mkdir(parents=True, exist_ok=True)
        trained.save(saved.with_suffix(".part"))
        saved.with_suffix(".part").replace(saved)
    return trained


def model_file(folder: Path, aligner: AlignerSettings | type[AlignerSettings], languages: str) -> Path:
    """Where the trained aligner of a language pair is kept."""
    return folder / f"{languages}{aligner.model_suffix}"


def trained_aligner(artifact: Path, languages: str = "", encoder: str | Path | None = None) -> Aligner:
    """The trained aligner that an alignments artifact holds, of whatever kind it is.

    Args:
        artifact: the artifact's folder.
        languages: "<source>-<target>"; may be left out where there is one model only.
        encoder: model directory or hub id, for an aligner that needs one.

    Raises:
        UserError: there are several.
        DataError: there is none.
    """
    report = json.loads((artifact / "report.json").read_text(encoding="utf-8"))
    kind = ALIGNERS.get(report["aligner"])
    known = {path.name.removesuffix(kind.model_suffix): path for path in sorted((artifact / "models").glob("*"))}
    if not languages and len(known) != 1:
        names = ", ".join(known) or "none"
        raise UserError(f"{artifact}: one trained model wanted, found {names}", "name the language pair: XX-YY")
    if languages and languages not in known:
        names = ", ".join(known) or "none"
        hint = "choose an align-words stage whose aligner is trained, such as hmm"
        raise DataError(f"no aligner was trained for {languages}, only for: {names}", hint)
    languages = languages or next(iter(known))
    return kind.load(known[languages], AlignerInputs(languages, encoder))


def segmenter_of(artifact: Path) -> Callable[[str, str], list[str]]:
    """(text, language) -> words, as the text of an alignments artifact was cut."""
    report = json.loads((artifact / "report.json").read_text(encoding="utf-8"))
    return segmenter(report["words"])


def align_text(
    pair: WordPair,
    settings: AlignSettings,
    encoder: str | Path | None = None,
    artifact: Path | None = None,
    languages: str = "",
) -> Alignment:
    """Align one pair that the user types.

    Args:
        pair: the words of both sides.
        settings: the aligner and its options.
        encoder: model directory or hub id for an encoder aligner; overrides `settings.encoder`.
        artifact: an alignments artifact, for an aligner that is trained.
        languages: "<source>-<target>", where the artifact has several.

    Raises:
        UserError: a trained aligner without a model, or a choice of several.
    """
    encoder = encoder or settings.encoder or None
    made = settings.aligner.make(AlignerInputs(languages, encoder))
    if not isinstance(made, TrainableAligner):
        return made.align([pair])[0]
    if artifact is None:
        kind = settings.aligner.kind
        raise UserError(
            f"aligner `{kind}` needs a trained model", "run `xlalign align-words` first, or choose an encoder"
        )
    return trained_aligner(artifact, languages, encoder).align([pair])[0]


def _score(standard: Standard, aligner: Aligner, settings: AlignSettings, out: Path) -> dict[str, Any]:
    """Align the gold pairs, write them with their links, and score them."""
    found = standard.scored(align_fitting(standard.words, aligner, Limits(settings.max_words, settings.links_from)))
    rows = (files.gold_row(row, links) for row, links in zip(standard.rows, found, strict=True))
    files.write_table(out / "gold" / f"{standard.name.replace(' ', '.')}.parquet", files.GOLD, rows, standard.pair)
    as_set = gold.GoldSet(
        standard.name, standard.given, [row.sure for row in standard.rows],
        [row.possible for row in standard.rows], 0, standard.notes,
    )  # fmt: skip
    score = as_set.score([alignment.links for alignment in found])
    return {**score.as_dict(), "calibration": reliability(found, as_set.sure, as_set.possible).as_dict()}
