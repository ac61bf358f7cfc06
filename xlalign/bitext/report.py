"""What happened to every pair: the content of report.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from xlalign.bitext.clean import Sample, Tally
from xlalign.bitext.filters.base import Filter
from xlalign.errors import shown


@dataclass
class CorpusOutcome:
    """One corpus in one language pair: its licence, lines read, pairs kept, and dropped by their first reason.

    `swapped`: its sides look as if they were the other way round.
    """

    name: str
    languages: tuple[str, ...]
    place: str
    licence: str = ""
    tally: Tally = field(default_factory=Tally)
    kept: int = 0
    swapped: bool = False


@dataclass
class Report:
    """Counts, histograms and samples of a run of prepare.

    Attributes:
        corpora: one entry for each corpus and language pair.
        mono: the same for monolingual text, by language.
        splits: pairs by language pair (`en-de`) and split; `held out` counts pairs that share a sentence with dev.
        filters: filters by name, as first used.
        evaluation: number of sentences in each evaluation set.
        missing: the requested language pairs (`en-fr`) that a source lacks, by source.
    """

    corpora: list[CorpusOutcome] = field(default_factory=list)
    mono: list[CorpusOutcome] = field(default_factory=list)
    splits: dict[str, dict[str, int]] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    evaluation: dict[str, int] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Pairs read from all corpora."""
        return sum(corpus.tally.read for corpus in self.corpora)

    @property
    def kept(self) -> int:
        """Pairs kept from all corpora, before the split."""
        return sum(corpus.kept for corpus in self.corpora)

    @property
    def dropped(self) -> dict[str, int]:
        """Dropped pairs by their first reason, most first."""
        return _most_first(self._total(self.corpora).dropped)

    @property
    def licences(self) -> dict[str, str]:
        """The licence of every corpus by its name."""
        return {corpus.name: corpus.licence or "not stated" for corpus in (*self.corpora, *self.mono)}

    def as_json(self) -> dict[str, Any]:
        """Plain values for report.json."""
        total = self._total(self.corpora)
        return {
            "read": self.read,
            "kept": self.kept,
            "dropped": self.dropped,
            "sources": [{"uri": uri, "missing": pairs} for uri, pairs in self.missing.items()],
            "corpora": [_corpus(corpus) for corpus in self.corpora],
            "mono": [_corpus(corpus) for corpus in self.mono],
            "splits": self.splits,
            "evaluation": self.evaluation,
            "filters": {name: _filter(rule, total.histograms.get(name)) for name, rule in self.filters.items()},
            "samples": {reason: list(map(_sample, samples)) for reason, samples in sorted(total.samples.items())},
            "kept_samples": list(map(_sample, total.kept)),
            "changed_samples": list(map(_sample, total.changed)),
        }

    def write(self, path: Path) -> None:
        """Write report.json."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _total(self, corpora: list[CorpusOutcome]) -> Tally:
        total = Tally()
        for corpus in corpora:
            total.add(corpus.tally)
        return total


def _sample(sample: Sample) -> dict[str, Any]:
    """A pair as it may be printed: what a corpus holds must not steer the terminal of who reads the report."""
    texts = {name: shown(getattr(sample, name)) for name in ("place", "source", "target")}
    return sample._asdict() | texts | {"before": list(map(shown, sample.before))}


def _corpus(corpus: CorpusOutcome) -> dict[str, Any]:
    return {
        "corpus": corpus.name,
        "languages": list(corpus.languages),
        "place": corpus.place,
        "licence": corpus.licence,
        "read": corpus.tally.read,
        "kept": corpus.kept,
        "dropped": _most_first(corpus.tally.dropped),
        "swapped": corpus.swapped,
    }


def _filter(rule: Filter, histogram: np.typing.NDArray[np.int64] | None) -> dict[str, Any]:
    counts = histogram.tolist() if histogram is not None else []
    return {"unit": rule.unit, "settings": rule.model_dump(), "edges": list(rule.edges), "counts": counts}


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
