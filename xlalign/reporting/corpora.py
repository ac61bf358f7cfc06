"""The report.json of `prepare` as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlalign.reporting.data import CorpusPart, CorpusReport, FilterCount, Reject

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
    )


def _step(reason: str, removed: int, rule: Mapping[str, Any], samples: Any) -> FilterCount:
    settings = rule.get("settings", {})
    limits = [(key, settings[key]) for key in LIMITS if isinstance(settings.get(key), int | float)]
    unit = rule.get("unit", "")
    return FilterCount(
        name=reason,
        removed=removed,
        demand=" ".join([", ".join(f"{key} {value:g}" for key, value in limits), unit if limits else ""]).strip(),
        samples=tuple(Reject(**{key: str(sample.get(key, "")) for key in Reject.model_fields}) for sample in samples),
        unit=unit,
        edges=tuple(rule.get("edges", ())),
        counts=tuple(rule.get("counts", ())),
        thresholds=tuple(float(value) for _, value in limits),
    )


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
