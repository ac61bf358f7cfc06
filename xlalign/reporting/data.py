"""What a report is made of. The stages fill it; the page only lays it out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from xlalign.reporting.results import Evaluated
from xlalign.reporting.table import Frozen, Table
from xlalign.types import Link


class Figure(Frozen):
    """One number of the headline: "71.2", what it is, and a remark."""

    label: str
    value: str
    note: str = ""
    tone: str = "plain"


class Headline(Frozen):
    """The result in one sentence and a few figures."""

    sentence: str
    figures: tuple[Figure, ...] = ()


class Series(Frozen):
    """Values at steps."""

    steps: tuple[int, ...]
    values: tuple[float, ...]


class Curve(Frozen):
    """The course of one training: the loss, its parts and dev scores, each by its name in metrics.jsonl."""

    name: str
    parts: dict[str, Series]


class LinkCurve(Frozen):
    """Precision and recall in [0, 1] of the links of an aligner with at least some score, on one gold standard.

    Args:
        least: the least scores.
        error: expected calibration error of the scores, in [0, 1].
    """

    aligner: str
    standard: str
    least: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    error: float


class AlignedPair(Frozen):
    """A sentence pair with predicted and gold links (zero-based source, target) and a score per predicted link."""

    source_lang: str
    target_lang: str
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    sure: tuple[Link, ...] = ()
    possible: tuple[Link, ...] = ()
    predicted: tuple[Link, ...] = ()
    scores: tuple[float, ...] = ()
    aligner: str = ""


class PairSample(Frozen):
    """A pair that was kept, changed or removed, where it stood ("file:line"), and the score of the filter it failed.

    Args:
        before: source and target as they were read, where a transform changed one of them.
        changed_by: the transforms that did.
    """

    source: str
    target: str
    score: str = ""
    place: str = ""
    before: tuple[str, ...] = ()
    changed_by: tuple[str, ...] = ()


class FilterCount(Frozen):
    """How many pairs a step removed, what it demands, some of the pairs, and a histogram of its scores.

    Args:
        edges: the borders of the histogram's bins, one more than `counts`.
        thresholds: where the scores are cut.
        unit: of the score.
    """

    name: str
    removed: int
    demand: str = ""
    samples: tuple[PairSample, ...] = ()
    unit: str = ""
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    thresholds: tuple[float, ...] = ()


class CorpusPart(Frozen):
    """One corpus in one language pair: pairs read and kept, and the reason that removed most."""

    corpus: str
    languages: str
    read: int
    kept: int
    reason: str = ""
    licence: str = ""


class CorpusReport(Frozen):
    """What `prepare` did: pairs read and kept, the steps, the corpora; `sizes` counts the kept pairs by split.

    Args:
        passed: samples of pairs that were kept as they were read.
        changed: samples of kept pairs that a transform changed.
    """

    name: str
    read: int
    kept: int
    filters: tuple[FilterCount, ...] = ()
    sizes: dict[str, int] = Field(default_factory=dict)
    parts: tuple[CorpusPart, ...] = ()
    passed: tuple[PairSample, ...] = ()
    changed: tuple[PairSample, ...] = ()


class Dot(Frozen):
    """One model and language: alignment (x) and transfer gap (y)."""

    model: str
    lang: str
    x: float
    y: float


class Transfer(Frozen):
    """Does alignment go with transfer? Points, axis labels, and what their rank correlation says."""

    points: tuple[Dot, ...]
    labels: tuple[str, str]
    sentence: str


class StageRun(Frozen):
    """One stage of the run and where its artifact comes from.

    Args:
        state: "hit", "made", ...
        why: the reason when it was made again.
        seconds: what computing the artifact took, when it was computed.
        settings: the resolved configuration that identifies the artifact.
        inputs: role -> content digest.
        versions: package -> version.
        facts: anything else worth knowing: device, seed, peak memory, licences.
    """

    name: str
    stage: str
    key: str
    state: str
    why: str = ""
    seconds: float | None = None
    content: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)


class Citation(Frozen):
    """What a run used and who to cite for it: a BibTeX entry, or the reference as text."""

    of: str
    text: str


class ReportData(Frozen):
    """Everything on the page; a part that is empty is left out.

    Args:
        title: heading of the page.
        command: what makes this report again.
        created: the day of the newest artifact, so that the same artifacts give the same bytes.
        version: of xlalign.
        headline: see `Headline`.
        summary: the tables that follow the headline.
        results: the content of results.json.
        diagnostics: tables of the encoders as they are.
        transfer: alignment against transfer.
        aer: alignment error rates.
        links: precision and recall of links by least score.
        alignments: sentence pairs for the viewer, in any order.
        curves: one per trained model.
        corpora: one per prepared bitext.
        stages: in the order they ran.
        citations: of the presets, tasks and data used.
    """

    title: str
    command: str = ""
    created: str = ""
    version: str = ""
    headline: Headline | None = None
    summary: tuple[Table, ...] = ()
    results: Evaluated | None = None
    diagnostics: tuple[Table, ...] = ()
    transfer: Transfer | None = None
    aer: Table | None = None
    links: tuple[LinkCurve, ...] = ()
    alignments: tuple[AlignedPair, ...] = ()
    curves: tuple[Curve, ...] = ()
    corpora: tuple[CorpusReport, ...] = ()
    stages: tuple[StageRun, ...] = ()
    citations: tuple[Citation, ...] = ()
