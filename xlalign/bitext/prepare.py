"""The whole of `prepare`: from sources to the bitext artifact, in one streaming pass and a split.

Memory does not grow with the corpus but for eight bytes a pair in deduplication; the bytes of the artifact are the
same for any number of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from xlalign import progress
from xlalign.bitext import arrow, corpus
from xlalign.bitext.batch import Mask
from xlalign.bitext.clean import Cleaned, Job, clean, normalised_keys, sample
from xlalign.bitext.contamination import Evaluation, sentences
from xlalign.bitext.fetch.fetcher import Fetcher, using
from xlalign.bitext.fetch.lock import Lockfile
from xlalign.bitext.filters.choose import for_corpus, for_documents
from xlalign.bitext.near import BANDS
from xlalign.bitext.publish import publish
from xlalign.bitext.report import Corpus, Report
from xlalign.bitext.seen import Seen
from xlalign.bitext.settings import PrepareSettings, SourceSettings
from xlalign.bitext.sources import open_source
from xlalign.bitext.sources.base import Bitext, Row
from xlalign.bitext.spool import Spool
from xlalign.errors import DataError
from xlalign.parallel import HERE, Engine, ordered_map

JOB_ROWS = 5_000


def prepare(
    settings: PrepareSettings,
    out: Path,
    held_out: Mapping[str, Iterable[str]] | None = None,
    engine: Engine = HERE,
) -> Report:
    """Write the bitext artifact.

    Args:
        settings: `[prepare]` of xlalign.toml.
        out: folder for the artifact; made when missing.
        held_out: evaluation sentences by set name, beside those of `settings.decontaminate`.
        engine: the processes that clean text.

    Returns:
        What happened to every pair; also written to `report.json`.

    Raises:
        UserError: a wrong source, filter or option.
        DataError: input that is missing, malformed or empty; or a language pair of which nothing is left.
    """
    with using(fetcher(settings)):
        return _prepare(settings, out, held_out or {}, engine)


def fetcher(settings: PrepareSettings) -> Fetcher:
    """What downloads the files of remote sources."""
    lock = Lockfile(Path(settings.lock) if settings.lock else None, settings.frozen, settings.accept_changed)
    folder = Path(settings.downloads).expanduser() if settings.downloads else None
    return Fetcher(folder, lock, settings.mirrors, settings.offline)


def _prepare(settings: PrepareSettings, out: Path, held_out: Mapping[str, Iterable[str]], engine: Engine) -> Report:
    _clear(out)
    report = Report()
    evaluation = _evaluation(settings, held_out, report)
    with TemporaryDirectory(dir=out, prefix="spool-") as scratch:
        spool = Spool(Path(scratch) / "pairs.arrow")
        with spool:
            _clean_pairs(settings, evaluation, spool, report, engine)
        _check_pairs(settings, report)
        publish(settings, spool, out, report)
    _write_documents(settings, evaluation, out, report, engine)
    corpus.export_moses(out)
    report.write(out / "report.json")
    return report


def _clear(out: Path) -> None:
    """Make the folder, without what an interrupted run left in it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").unlink(missing_ok=True)
    for folder in [*(out / name for name in ("train", "dev", "mono", "gold", "moses")), *out.glob("spool-*")]:
        shutil.rmtree(folder, ignore_errors=True)


def inputs(settings: PrepareSettings) -> list[Path]:
    """The local files that `prepare` will read, so that their content can identify the result.

    Files of remote sources are downloaded for it.
    """
    pairs = settings.language_pairs()
    sources = (*settings.sources, *settings.mono)
    with using(fetcher(settings)):
        found = {path for source in sources for path in open_source(source.uri, source.options).inputs(pairs)}
    found |= {Path(name).expanduser() for evaluation in settings.decontaminate for name in evaluation.files}
    return sorted(found)


def _evaluation(settings: PrepareSettings, held_out: Mapping[str, Iterable[str]], report: Report) -> Evaluation | None:
    sets = {evaluation.name: sentences(evaluation) for evaluation in settings.decontaminate} | dict(held_out)
    if not sets:
        return None
    evaluation = Evaluation.of(sets, settings.overlap_ngram, settings.overlap_share)
    report.evaluation = evaluation.sizes()
    return evaluation


def _clean_pairs(
    settings: PrepareSettings, evaluation: Evaluation | None, spool: Spool, report: Report, engine: Engine
) -> None:
    unrepeated = _Unrepeated(settings.dedup)
    jobs = _jobs(settings, report)
    results = ordered_map(_clean, jobs, evaluation, engine)
    with progress.task("clean pairs", unit="pairs") as task:
        for index, job, cleaned in results:
            entry = report.corpora[index]
            table = unrepeated.take(job, cleaned)
            spool.add(table, job.languages, job.corpus)
            entry.kept += table.num_rows
            entry.tally.add(cleaned.tally)
            task.advance(cleaned.tally.read, f"{job.corpus} {'-'.join(job.languages)}")


def _clean(item: tuple[int, Job], evaluation: Evaluation | None) -> tuple[int, Job, Cleaned]:
    """Clean one job; the rows do not travel back."""
    index, job = item
    return index, job._replace(rows=[]), clean(job, evaluation)


def _jobs(settings: PrepareSettings, report: Report) -> Iterator[tuple[int, Job]]:
    """Every corpus cut into jobs, in the order of the settings; adds each corpus to the report as it begins."""
    for source, bitext in _bitexts(settings):
        filters = for_corpus(settings, source, bitext.languages)
        report.filters = filters | report.filters
        name = source.name or bitext.corpus
        report.corpora.append(Corpus(name, bitext.languages, bitext.place))
        rows = islice(bitext.rows(), source.limit)
        template = Job([], name, bitext.languages, bitext.place, settings.transforms, filters, settings.dedup == "near")
        yield from _cut(len(report.corpora) - 1, template, rows)


def _bitexts(settings: PrepareSettings) -> Iterator[tuple[SourceSettings, Bitext]]:
    pairs = settings.language_pairs()
    for source in settings.sources:
        for bitext in open_source(source.uri, source.options).bitexts(pairs):
            yield source, bitext


def _cut(index: int, template: Job, rows: Iterator[Row]) -> Iterator[tuple[int, Job]]:
    empty = True
    for chunk in corpus.chunks(rows, JOB_ROWS):
        empty = False
        yield index, template._replace(rows=chunk)
    if empty:
        raise DataError(f"{template.place}: the corpus is empty", "check the file, or take the source out")


class _Unrepeated:
    """Keeps the pairs that are new; the others are counted as duplicates."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._seen = Seen()
        self._bands = [Seen() for _ in range(BANDS if kind == "near" else 0)]

    def take(self, job: Job, cleaned: Cleaned) -> pa.Table:
        """The cleaned pairs that are new, with the keys of their sentences."""
        table = cleaned.table
        for name, values in {"source_key": cleaned.source_keys, "target_key": cleaned.target_keys}.items():
            table = table.append_column(name, arrow.hashes(values))
        if self._kind == "none":
            return table
        exact = self._kind == "exact"
        new = self._seen.add(cleaned.exact_keys if exact else normalised_keys(cleaned, job.languages))
        _count(job, cleaned, new, "duplicate")
        if cleaned.bands is not None:
            near = new.copy()
            for seen, keys in zip(self._bands, cleaned.bands.T, strict=True):
                near[new] &= seen.add(keys[new])
            _count(job, cleaned, near | ~new, "near duplicate")
            new = near
        return table if new.all() else table.filter(arrow.mask(new))


def _count(job: Job, cleaned: Cleaned, keep: Mask, reason: str) -> None:
    if keep.all():
        return
    repeated = cleaned.table.filter(arrow.mask(~keep)).select(["source", "target"]).to_pylist()
    places = [f"{job.place}:{line}" for line in cleaned.lines[~keep]]
    samples = [sample(place, row["source"], row["target"]) for place, row in zip(places, repeated, strict=True)]
    cleaned.tally.drop(reason, samples)


def _check_pairs(settings: PrepareSettings, report: Report) -> None:
    """Every requested language pair must have something left."""
    for pair in settings.language_pairs():
        entries = [entry for entry in report.corpora if entry.languages == pair]
        if sum(entry.kept for entry in entries):
            continue
        read = sum(entry.tally.read for entry in entries)
        if not entries:
            raise DataError(f"no source has the language pair {'-'.join(pair)}", "add one, or take the language out")
        reasons = ", ".join(f"{name} {count:,}" for entry in entries for name, count in entry.tally.dropped.items())
        hint = "see what the filters ask for: [prepare.filters]"
        raise DataError(f"of {read:,} pairs of {'-'.join(pair)} none is left (dropped: {reasons})", hint)


def _write_documents(
    settings: PrepareSettings, evaluation: Evaluation | None, out: Path, report: Report, engine: Engine
) -> None:
    wanted = list(dict.fromkeys(lang for pair in settings.language_pairs() for lang in pair))
    for lang in wanted:
        sources = [source for source in settings.mono if lang in open_source(source.uri, source.options).speaks(wanted)]
        if sources:
            corpus.write_mono(out, lang, _documents(settings, sources, lang, evaluation, report, engine))


def _documents(
    settings: PrepareSettings,
    sources: list[SourceSettings],
    lang: str,
    evaluation: Evaluation | None,
    report: Report,
    engine: Engine,
) -> Iterator[str]:
    seen = Seen()
    with progress.task(f"clean text {lang}", unit="documents") as task:
        for index, _, cleaned in ordered_map(
            _clean, _document_jobs(settings, sources, lang, report), evaluation, engine
        ):
            new = seen.add(cleaned.source_keys)
            if not new.all():
                cleaned.tally.drop("duplicate", [], int((~new).sum()))
            report.mono[index].tally.add(cleaned.tally)
            report.mono[index].kept += int(new.sum())
            task.advance(cleaned.tally.read)
            yield from cleaned.table.column("source").filter(arrow.mask(new)).to_pylist()


def _document_jobs(
    settings: PrepareSettings, sources: list[SourceSettings], lang: str, report: Report
) -> Iterator[tuple[int, Job]]:
    """Monolingual text as rows that have the same text on both sides."""
    for source in sources:
        name = source.name or source.uri
        report.mono.append(Corpus(name, (lang,), source.uri))
        texts = islice(open_source(source.uri, source.options).documents(lang), source.limit)
        rows = (Row(number, text, text) for number, text in enumerate(texts, 1))
        filters = for_documents(settings, source, lang)
        template = Job([], name, (lang, lang), source.uri, settings.transforms, filters)
        yield from _cut(len(report.mono) - 1, template, rows)
