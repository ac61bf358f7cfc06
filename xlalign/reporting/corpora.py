"""The report.json of `prepare`: counts, histograms and samples for the page, and the same as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlalign.bitext.summary import CorpusRow
from xlalign.reporting.data import CorpusPart, CorpusReport, FilterCount, PairSample
from xlalign.reporting.table import Cell, Column, Table, row, text

LIMITS = ("min", "max")
"""Fields of a filter that are thresholds on its score."""


def corpus_report(name: str, report: Mapping[str, Any]) -> CorpusReport:
    """The counts, histograms and samples of one prepared bitext.

    Args:
        name: of the prepare stage.
        report: content of its report.json.
    """
    filters, dropped = report.get("filters", {}), report.get("dropped", {})
    samples = report.get("samples", {})
    reasons = [*(reason for reason in filters if reason in dropped), *(r for r in dropped if r not in filters)]
    idle = [reason for reason in filters if reason not in dropped]
    return CorpusReport(
        name=name,
        read=report["read"],
        kept=report["kept"],
        filters=tuple(_step(r, dropped.get(r, 0), filters.get(r, {}), samples.get(r, ())) for r in reasons + idle),
        sizes=_sizes(report.get("splits", {})),
        parts=tuple(_part(entry) for entry in report.get("corpora", ())),
        passed=_samples(report.get("kept_samples", ())),
        changed=_samples(report.get("changed_samples", ())),
    )


def kept_table(name: str, found: Sequence[CorpusRow]) -> Table:
    """What a prepare stage kept of each corpus, and which filters took the most.

    Args:
        name: of the stage.
        found: its corpora, as `xlalign.bitext.summary.rows` counts them.
    """
    rows = [
        row(entry.corpus, [text(entry.languages), *map(_count, (entry.read, entry.kept)), text(_removed(entry))])
        for entry in found
    ]
    columns = [Column(name="corpus"), Column(name="pair"), *(Column(name=n, kind="count") for n in ("read", "kept"))]
    return Table(
        name=f"{name}-kept",
        caption=f"{name}: what was kept of the text",
        columns=(*columns, Column(name="removed most by")),
        rows=tuple(rows),
    )


def _count(value: int) -> Cell:
    return Cell(value=value)


def _removed(entry: CorpusRow) -> str:
    named = [f"{reason} {count:,}" for reason, count in entry.removed]
    return ", ".join([*named, *([f"others {entry.others:,}"] if entry.others else [])])


def _step(reason: str, removed: int, rule: Mapping[str, Any], samples: Any) -> FilterCount:
    settings = rule.get("settings", {})
    limits = [(key, settings[key]) for key in LIMITS if isinstance(settings.get(key), int | float)]
    unit = rule.get("unit", "")
    return FilterCount(
        name=reason,
        removed=removed,
        demand=" ".join([", ".join(f"{key} {value:g}" for key, value in limits), unit if limits else ""]).strip(),
        samples=_samples(samples),
        unit=unit,
        edges=tuple(rule.get("edges", ())),
        counts=tuple(rule.get("counts", ())),
        thresholds=tuple(float(value) for _, value in limits),
    )


def _samples(found: Iterable[Mapping[str, Any]]) -> tuple[PairSample, ...]:
    return tuple(PairSample(**{key: each[key] for key in PairSample.model_fields if key in each}) for each in found)


def _part(entry: Mapping[str, Any]) -> CorpusPart:
    return CorpusPart(
        corpus=entry["corpus"],
        languages="-".join(entry["languages"]),
        read=entry["read"],
        kept=entry["kept"],
        reason=next(iter(entry.get("dropped", {})), ""),
        licence=entry.get("licence", ""),
    )


def _sizes(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Pairs by split, over all language pairs."""
    names = dict.fromkeys(split for counts in splits.values() for split in counts)
    return {name: sum(counts.get(name, 0) for counts in splits.values()) for name in names}


def corpus_tables(corpus: CorpusReport) -> list[Table]:
    """What the page shows of a bitext as tables: the steps of cleaning, and the corpora."""
    steps = [
        row(step.name, [text(step.demand), Cell(value=step.removed), Cell(value=_share(step.removed, corpus.read))])
        for step in corpus.filters
    ]
    parts = [
        row(part.corpus, [text(part.languages), *_counts(part), text(part.reason), text(part.licence or "not stated")])
        for part in corpus.parts
    ]
    share = Column(name="share (%)", kind="score")
    read, kept, removed = (Column(name=name, kind="count") for name in ("read", "kept", "removed"))
    name, pair, step, demand, most, licence = map(
        _text_column, ("corpus", "pair", "step", "demand", "removed most", "licence")
    )
    tables = [
        Table(
            name=f"{corpus.name}-filters",
            caption=f"{corpus.name}: pairs removed by each step, of {corpus.read:,} read",
            columns=(step, demand, removed, share),
            rows=tuple(steps),
        ),
        Table(
            name=f"{corpus.name}-corpora",
            caption=f"{corpus.name}: corpora, each in one language pair",
            columns=(name, pair, read, kept, share, most, licence),
            rows=tuple(parts),
        ),
    ]
    return [table for table in tables if table.rows]


def _text_column(name: str) -> Column:
    return Column(name=name)


def _counts(part: CorpusPart) -> list[Cell]:
    return [Cell(value=part.read), Cell(value=part.kept), Cell(value=_share(part.kept, part.read))]


def _share(count: int, whole: int) -> float | None:
    return 100 * count / whole if whole else None
