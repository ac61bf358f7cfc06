"""The whole of `prepare`: from sources to the bitext artifact, in one streaming pass and a split.

Memory does not grow with the corpus but for eight bytes a pair in deduplication; the bytes of the artifact are the
same for any number of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from xlalign import progress
from xlalign.bitext import arrow, corpus
from xlalign.bitext.clean import Cleaned, CleaningJob, clean
from xlalign.bitext.contamination import Evaluation, paths, sentences
from xlalign.bitext.dedup import Unrepeated
from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.fetch.lock import Lockfile
from xlalign.bitext.filters.choose import for_corpus, for_documents
from xlalign.bitext.mining import Miner
from xlalign.bitext.models import NoModels, TrainedModels
from xlalign.bitext.publish import publish
from xlalign.bitext.report import CorpusOutcome, Report
from xlalign.bitext.rows import RawPair
from xlalign.bitext.seen import Seen
from xlalign.bitext.settings import PrepareSettings, SourceSettings, part
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.base import Bitext, TextSource, shown_uri
from xlalign.bitext.spool import PairSpool
from xlalign.bitext.summary import LOOKED_AT, looks_swapped, swap_hint
from xlalign.bitext.transforms import TRANSFORMS
from xlalign.bitext.transforms.base import Transform
from xlalign.errors import DataError, shown
from xlalign.parallel import HERE, Engine, ordered_map

JOB_ROWS = 5_000
JOB_CHARACTERS = 1 << 22
FOLDERS = ("train", "dev", "mono", "gold", "moses", "mined")


def prepare(
    settings: PrepareSettings,
    out: Path,
    held_out: Mapping[str, Iterable[str]] | None = None,
    engine: Engine = HERE,
    trained: TrainedModels | None = None,
) -> Report:
    """Write the bitext artifact.

    Args:
        settings: `[prepare]` of xlalign.toml.
        out: folder for the artifact; made when missing.
        held_out: evaluation sentences by set name, beside those of `settings.decontaminate`.
        engine: the processes that clean text.
        trained: models for mining and for the filters that need one.

    Returns:
        What happened to every pair; also written to `report.json`.

    Raises:
        UserError: a wrong source, filter or option.
        DataError: input that is missing, malformed or empty; or a language pair of which nothing is left.
    """
    _clear(out)
    report = Report()
    context = CleaningContext(_evaluation(settings, held_out or {}, report), trained or NoModels())
    changes = tuple(part(TRANSFORMS, wanted, "transforms") for wanted in settings.transforms)
    _Preparation(settings, out, engine, context, report, fetcher(settings), changes).write()
    return report


def fetcher(settings: PrepareSettings) -> Fetcher:
    """What downloads the files of remote sources."""
    lock = Lockfile(Path(settings.lock) if settings.lock else None, settings.frozen, settings.accept_changed)
    folder = Path(settings.downloads).expanduser() if settings.downloads else None
    return Fetcher(folder, lock, settings.mirrors, settings.offline)


def inputs(settings: PrepareSettings) -> dict[str, Path]:
    """The local files that `prepare` will read, so that their content can identify the result.

    Files of remote sources are downloaded for it. The names say source and file, but not the folder: another place of
    the same file, or of all downloads, is the same input, and no path of this machine gets into an artifact.
    """
    pairs = settings.language_pairs()
    sources = (*settings.sources, *settings.mono, *(settings.mine.sources if settings.mine else ()))
    fetching, found = fetcher(settings), dict[str, Path]()
    for source in sources:
        for path in open_source(source.uri, source.options, fetching).inputs(pairs):
            _add(found, source.uri.partition(":")[0], path)
    for evaluation in settings.decontaminate:
        for path in paths(evaluation):
            _add(found, evaluation.name, path)
    return found


def _add(found: dict[str, Path], owner: str, path: Path) -> None:
    """Name a file `owner:name`; of en/text.txt and de/text.txt the second is `owner:text.txt (2)`."""
    name, number = f"{owner}:{path.name}", 1
    while found.get(name, path) != path:
        number += 1
        name = f"{owner}:{path.name} ({number})"
    found[name] = path


def _clear(out: Path) -> None:
    """Make the folder, without what an interrupted run left in it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").unlink(missing_ok=True)
    for folder in [*(out / name for name in FOLDERS), *out.glob("spool-*")]:
        shutil.rmtree(folder, ignore_errors=True)


def _evaluation(settings: PrepareSettings, held_out: Mapping[str, Iterable[str]], report: Report) -> Evaluation | None:
    sets = {evaluation.name: sentences(evaluation) for evaluation in settings.decontaminate} | dict(held_out)
    if not sets:
        return None
    evaluation = Evaluation.of(sets, settings.overlap_ngram, settings.overlap_share)
    report.evaluation = evaluation.sizes()
    return evaluation


class CleaningContext(NamedTuple):
    """What the processes that clean text need beside the rows."""

    evaluation: Evaluation | None
    models: TrainedModels


def _clean(item: tuple[int, CleaningJob], context: CleaningContext) -> tuple[int, CleaningJob, Cleaned]:
    """Clean one job; the rows do not travel back."""
    index, job = item
    return index, job._replace(rows=[]), clean(job, context.evaluation, context.models)


class _Preparation(NamedTuple):
    """One run of prepare."""

    settings: PrepareSettings
    out: Path
    engine: Engine
    context: CleaningContext
    report: Report
    fetcher: Fetcher
    changes: tuple[Transform, ...]

    def _open(self, source: SourceSettings) -> TextSource:
        return open_source(source.uri, source.options, self.fetcher)

    def write(self) -> None:
        """Write every part of the artifact."""
        with TemporaryDirectory(dir=self.out, prefix="spool-") as scratch:
            spool = PairSpool(Path(scratch) / "pairs.arrow")
            with spool:
                self._clean_pairs(spool)
            self._check_pairs()
            publish(self.settings, spool, self.out, self.report)
        self._write_documents()
        corpus.export_moses(self.out)
        self.report.write(self.out / "report.json")

    def _clean_pairs(self, spool: PairSpool) -> None:
        unrepeated = Unrepeated(self.settings.dedup)
        results = ordered_map(_clean, self._jobs(), self.context, self.engine)
        with progress.task("clean pairs", unit="pairs") as task:
            for index, job, cleaned in results:
                entry = self.report.corpora[index]
                table = unrepeated.take(job, cleaned)
                spool.add(table, job.languages, job.corpus)
                entry.kept += table.num_rows
                entry.tally.add(cleaned.tally)
                task.advance(cleaned.tally.read, f"{shown(job.corpus)} {'-'.join(job.languages)}")

    def _jobs(self) -> Iterator[tuple[int, CleaningJob]]:
        """Every corpus cut into jobs, in the order of the settings; adds each corpus to the report as it begins."""
        settings, report = self.settings, self.report
        near = settings.dedup == "near"
        for source, bitext in self._bitexts():
            filters = for_corpus(settings, source, bitext.languages)
            report.filters = filters | report.filters
            name = source.name or bitext.corpus
            entry = CorpusOutcome(name, bitext.languages, bitext.place, source.licence or bitext.licence)
            report.corpora.append(entry)
            rows: Iterator[RawPair] = islice(bitext.rows(), source.limit)
            if "langid" in filters:
                first = list(islice(rows, LOOKED_AT))
                entry.swapped = looks_swapped(first, bitext.languages)
                rows = chain(first, rows)
            template = CleaningJob([], name, bitext.languages, bitext.place, self.changes, filters, near)
            yield from _cut(len(report.corpora) - 1, template, rows)

    def _bitexts(self) -> Iterator[tuple[SourceSettings, Bitext]]:
        settings, pairs = self.settings, self.settings.language_pairs()
        for source in settings.sources:
            lacking, opened = dict.fromkeys(pairs), self._open(source)
            for bitext in opened.bitexts(pairs):
                lacking.pop(bitext.languages, None)
                yield source, bitext
            if opened.whole and not source.options.get("languages"):
                self.report.missing[shown_uri(source.uri)] = ["-".join(pair) for pair in lacking]
        if settings.mine:
            miner = Miner(settings.mine, self.changes, self.context.models, self.fetcher)
            for pair in pairs:
                yield SourceSettings(uri="mine:"), miner.mined(pair, self.out)

    def _check_pairs(self) -> None:
        """Every requested language pair must have something left."""
        for pair in self.settings.language_pairs():
            entries = [entry for entry in self.report.corpora if entry.languages == pair]
            if sum(entry.kept for entry in entries):
                continue
            read = sum(entry.tally.read for entry in entries)
            if not entries:
                raise DataError(
                    f"no source has the language pair {'-'.join(pair)}", "add one, or take the language out"
                )
            reasons = ", ".join(f"{name} {count:,}" for entry in entries for name, count in entry.tally.dropped.items())
            swapped = any(entry.swapped for entry in entries)
            hint = swap_hint(pair) if swapped else "see what the filters ask for: [prepare.filters]"
            raise DataError(f"of {read:,} pairs of {'-'.join(pair)} none is left (dropped: {reasons})", hint)

    def _write_documents(self) -> None:
        wanted = list(dict.fromkeys(lang for pair in self.settings.language_pairs() for lang in pair))
        for lang in wanted:
            sources = [s for s in self.settings.mono if lang in self._open(s).speaks(wanted)]
            if sources:
                corpus.write_mono(self.out, lang, self._documents(sources, lang))

    def _documents(self, sources: list[SourceSettings], lang: str) -> Iterator[str]:
        seen = Seen()
        with progress.task(f"clean text {lang}", unit="documents") as task:
            for index, _, cleaned in ordered_map(_clean, self._document_jobs(sources, lang), self.context, self.engine):
                new = seen.add(cleaned.source_keys)
                if not new.all():
                    cleaned.tally.drop("duplicate", [], int((~new).sum()))
                entry = self.report.mono[index]
                entry.tally.add(cleaned.tally)
                entry.kept += int(new.sum())
                task.advance(cleaned.tally.read)
                yield from arrow.where(cleaned.table, new).column("source").to_pylist()

    def _document_jobs(self, sources: list[SourceSettings], lang: str) -> Iterator[tuple[int, CleaningJob]]:
        """Monolingual text as rows that have the same text on both sides."""
        for source in sources:
            name, place = source.name or source.uri, shown_uri(source.uri)
            self.report.mono.append(CorpusOutcome(name, (lang,), place, source.licence))
            texts = islice(self._open(source).documents(lang), source.limit)
            rows = (RawPair(number, text, text) for number, text in enumerate(texts, 1))
            filters = for_documents(self.settings, source, lang)
            template = CleaningJob([], name, (lang, lang), place, self.changes, filters)
            yield from _cut(len(self.report.mono) - 1, template, rows)


def _cut(index: int, template: CleaningJob, rows: Iterator[RawPair]) -> Iterator[tuple[int, CleaningJob]]:
    """Jobs of some thousand rows; of fewer where they are long, as counting characters takes fifty bytes for each."""
    chunk, size, empty = list[RawPair](), 0, True
    for row in rows:
        empty = False
        chunk.append(row)
        size += len(row.source) + len(row.target)
        if len(chunk) == JOB_ROWS or size > JOB_CHARACTERS:
            yield index, template._replace(rows=chunk)
            chunk, size = [], 0
    if chunk:
        yield index, template._replace(rows=chunk)
    if empty:
        raise DataError(f"{template.place}: the corpus is empty", "check the file, or take the source out")
