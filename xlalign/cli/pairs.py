"""`xlalign prepare --show N`: pairs before and after, and the scores of the filters, on the terminal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from unicodedata import category

from rich.console import Group, RenderableType
from rich.text import Text

from xlalign.reporting.corpora import corpus_report
from xlalign.reporting.format import visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xlalign.reporting.data import CorpusReport, FilterCount, PairSample

LONGEST = 300
"""Characters of a sentence that are shown."""

HEIGHTS, ASCII_HEIGHTS = " ▁▂▃▄▅▆▇█", " .:-=+*%#"


def shown_pairs(name: str, report: Mapping[str, Any], limit: int, *, ascii_only: bool = False) -> RenderableType:
    """Histograms of a bitext's filters, then some pairs that were kept, changed, and removed by each step.

    Args:
        name: of the prepare stage.
        report: the content of its report.json.
        limit: pairs of each kind.
        ascii_only: draw with ASCII alone.
    """
    corpus = corpus_report(name, report)
    known = "kept_samples" in report
    hint = f"kept pairs were not noted when {name} was made: `xlalign cache rm --name {name} --yes`, and prepare again"
    old = [] if known or not limit else [Text(hint, style="yellow")]
    return Group(*_histograms(corpus, ascii_only), *_pairs(corpus, limit), *old)


def _histograms(corpus: CorpusReport, ascii_only: bool) -> Iterator[RenderableType]:
    from rich.table import Table

    drawn = [step for step in corpus.filters if sum(step.counts)]
    if not drawn:
        return
    yield Text(f"{corpus.name}: scores of the pairs that reached each filter (| is its threshold)", style="bold")
    grid = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    for header, justify in (("filter", "left"), ("removed", "right"), ("from", "right"), ("scores", "left")):
        grid.add_column(header, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    grid.add_column("to")
    for step in drawn:
        demand = step.demand.removesuffix(step.unit).strip()  # "max 100 words": the unit stands there already
        limits = f"{step.edges[-1]:g} {step.unit}" + (f", {demand}" if demand else "")
        heights = histogram(step, ASCII_HEIGHTS if ascii_only else HEIGHTS)
        grid.add_row(step.name, f"{step.removed:,}", f"{step.edges[0]:g}", heights, limits)
    yield grid


def histogram(step: FilterCount, heights: str) -> str:
    """A letter a bin, as high as the share of its pairs; `|` before the bin that a threshold begins.

    >>> from xlalign.reporting.data import FilterCount
    >>> histogram(FilterCount(name="x", removed=0, edges=(0, 1, 2, 3), counts=(0, 8, 1), thresholds=(2,)), " 12345678")
    ' 8|1'
    """
    top = max(step.counts)
    # Rounded up, so that a bin of one pair among millions is not drawn empty: 1 of 8 at eight heights is height 1.
    letters = [heights[-(-count * (len(heights) - 1) // top)] for count in step.counts]
    for threshold in sorted(step.thresholds, reverse=True):
        if step.edges[0] < threshold < step.edges[-1]:
            letters.insert(bisect_left(step.edges, threshold), "|")
    return "".join(letters)


def _pairs(corpus: CorpusReport, limit: int) -> Iterator[RenderableType]:
    groups: list[tuple[str, str, Sequence[PairSample]]] = [
        ("kept", "green", corpus.passed),
        ("changed and kept", "yellow", corpus.changed),
        *((f"removed by {step.name}", "red", step.samples) for step in corpus.filters if step.removed),
    ]
    for title, style, samples in groups:
        if samples and limit:
            yield Text(f"\n{visible(title)}", style=f"bold {style}")
        yield from (_pair(sample) for sample in islice(samples, limit))


def _pair(sample: PairSample) -> Text:
    """Place and reason, then both sides; a side that a transform changed as a difference, `-` before and `+` after."""
    notes = [f"score {sample.score}"] if sample.score else []
    notes += [f"changed by {', '.join(sample.changed_by)}"] if sample.changed_by else []
    lines = Text(f"  {visible(sample.place)}" + "".join(f", {note}" for note in notes), style="dim")
    before = sample.before or (sample.source, sample.target)
    for old, new in zip(before, (sample.source, sample.target), strict=True):
        for mark, style, text in _sides(old, new):
            lines.append(f"\n  {mark} ", style=f"{style} not dim").append(_cut(visible(text)), style=f"{style} not dim")
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _sides(old: str, new: str) -> Iterable[tuple[str, str, str]]:
    if old == new:
        return [(" ", "", new)]
    # What is gone and was never seen (a zero-width space, a byte order mark) is spelled out, or nothing would differ.
    unseen = {ord(each): f"\\u{ord(each):04x}" for each in set(old) - set(new) if category(each) in ("Cf", "Zs")}
    return [("-", "red", old.translate(unseen)), ("+", "green", new)]
