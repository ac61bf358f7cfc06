"""Figures: per-language bars, loss and layer curves, alignment against transfer, histograms.

On the page a figure is inline SVG whose lines and letters take the page's own colour (`currentColor`), so that it is
legible in light, dark and print; letters stay text, so that they can be searched and read aloud. Beside the page it is
an SVG and a PDF file in dark letters on white. The same data give the same bytes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from xlalign.evaluation.results import TaskResult
from xlalign.reporting.curves import panel_order, smooth
from xlalign.reporting.data import Curve, Dot, FilterCount, LinkCurve
from xlalign.reporting.format import visible
from xlalign.reporting.results import languages_of, metric_name

PALETTE = ("#0077bb", "#ee7733", "#009988", "#ee3377", "#33bbee", "#cc3311", "#aa7744", "#885599")
"""Paul Tol's vibrant scheme, told apart by colour-blind readers, and two more."""
BASELINE = "#909090"
INK = "#010203"
"""Stands for the page's text colour until the SVG is put into it; in a file it is what it looks like, nearly black."""
WIDTH = 8.0
BARS_A_ROW = 60
RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "xlalign",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 2,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Drawing:
    """A figure and what it is called."""

    title: str
    figure: Any

    @cached_property
    def _svg(self) -> str:
        raw = StringIO()
        with _style():
            self.figure.savefig(raw, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        return raw.getvalue()

    def inline(self) -> str:
        """The figure as an `<svg>` element for the page."""
        return _inline(self._svg, self.title)

    def write(self, folder: Path, stem: str) -> None:
        """Write the figure as `stem`.svg and `stem`.pdf below `folder`, on white."""
        on_white = self._svg.replace("<svg ", '<svg style="background: white" ', 1)
        (folder / f"{stem}.svg").write_text(on_white, encoding="utf-8")
        blank = {"CreationDate": None, "Producer": None, "Creator": None, "Title": visible(self.title)}
        with _style():
            self.figure.savefig(folder / f"{stem}.pdf", metadata=blank)


def colours(models: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour for each model; the baseline is grey."""
    others = [model for model in models if model != baseline]
    return {baseline: BASELINE} | {model: PALETTE[i % len(PALETTE)] for i, model in enumerate(others)}


def bars(task: TaskResult, baseline: str, title: str) -> Drawing:
    """Scores by language, one bar a model, error bars of one standard deviation; many languages take more rows."""
    languages = languages_of(task)
    a_row = max(1, BARS_A_ROW // max(1, len(task.models)))
    chunks = [languages[start : start + a_row] for start in range(0, len(languages), a_row)]
    with _drawing(len(chunks), 1, 2.3, title) as (drawing, axes):
        for axis, chunk in zip(axes, chunks, strict=True):
            _bars(axis, task, chunk, colours(list(task.models), baseline), a_row if len(chunks) > 1 else len(chunk))
        _legend(drawing.figure, axes[0])
    return drawing


def curves(trainings: Sequence[Curve]) -> Drawing:
    """Loss, its parts and dev scores: one panel a quantity, one line a training; faint before smoothing."""
    names = sorted({part for curve in trainings for part in curve.parts}, key=panel_order)
    columns = 2 if len(names) in {2, 4} else min(3, len(names))
    # Rounded up: 7 panels in 3 columns take 3 rows.
    rows = -(-len(names) // columns)
    with _drawing(rows, columns, 1.9, "training curves") as (drawing, axes):
        for axis, name in zip(axes, names, strict=False):
            _curve_panel(axis, name, trainings)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        _legend(drawing.figure, axes[0], sources=axes)
    return drawing


def scatter(points: Sequence[Dot], baseline: str, title: str, labels: tuple[str, str]) -> Drawing:
    """Points of (x, y) named by language, a colour for each model; `labels` name the two axes."""
    models = list(dict.fromkeys(point.model for point in points))
    palette = colours(models, baseline)
    with _drawing(1, 1, 3.2, title) as (drawing, axes):
        for model in models:
            own = [point for point in points if point.model == model]
            axes[0].scatter(
                [p.x for p in own], [p.y for p in own], s=18, color=palette[model], label=_short(model), linewidths=0
            )
            for point in own:
                axes[0].annotate(_short(point.lang, 12), (point.x, point.y), (4, 3), textcoords="offset points")
        axes[0].set_xlabel(_short(labels[0], 60))
        axes[0].set_ylabel(_short(labels[1], 60))
        axes[0].grid(axis="both")
        _legend(drawing.figure, axes[0])
    return drawing


def precision_recall(links: Sequence[LinkCurve]) -> Drawing:
    """Precision against recall of links by least score: one panel a gold standard, one line an aligner."""
    standards = list(dict.fromkeys(curve.standard for curve in links))
    palette = colours(list(dict.fromkeys(curve.aligner for curve in links)), "")
    columns = min(3, len(standards))
    rows = -(-len(standards) // columns)
    with _drawing(rows, columns, 2.2, "precision and recall of links") as (drawing, axes):
        for axis, standard in zip(axes, standards, strict=False):
            for curve in (curve for curve in links if curve.standard == standard):
                name = f"{_short(curve.aligner, 16)} (calibration error {100 * curve.error:.1f} %)"
                colour = palette[curve.aligner]
                axis.plot(curve.recall, curve.precision, color=colour, marker=".", linewidth=1.2, label=name)
            axis.set_title(_short(standard))
            axis.set_xlabel("recall")
            axis.set_ylabel("precision")
            axis.grid(axis="both")
            axis.legend(fontsize="small")
        for axis in axes[len(standards) :]:
            axis.set_visible(False)
    return drawing


def layers(curves: Mapping[str, Mapping[str, float]], baseline: str, title: str) -> Drawing:
    """Retrieval on held-out pairs by layer: model -> {"layer=3,pool=mean": percent}; dotted: content, dashed: cls."""
    palette = colours(list(curves), baseline)
    with _drawing(1, 1, 2.0, title) as (drawing, axes):
        for model, curve in curves.items():
            for pooling, points in _by_pooling(curve).items():
                label = _short(model) if pooling == "mean" else None
                style = {"mean": "-", "content": ":", "inner": ":"}.get(pooling, "--")
                axes[0].plot(*zip(*points, strict=True), style, color=palette[model], label=label, marker=".")
        axes[0].set_xlabel("layer (0 = embeddings)")
        axes[0].set_ylabel("precision@1 (%)")
        axes[0].xaxis.get_major_locator().set_params(integer=True)
        axes[0].grid(axis="y")
        _legend(drawing.figure, axes[0])
    return drawing


def _by_pooling(curve: Mapping[str, float]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for label, value in curve.items():
        point = dict(part.split("=") for part in label.split(","))
        found.setdefault(point["pool"], []).append((int(point["layer"]), value))
    return {pooling: sorted(points) for pooling, points in found.items()}


def histograms(filters: Sequence[FilterCount], title: str) -> Drawing:
    """The scores of each filter, bins of equal width whatever their range, and its thresholds as dashed lines."""
    columns = min(3, len(filters))
    rows = -(-len(filters) // columns)
    with _drawing(rows, columns, 1.5, title) as (drawing, axes):
        for axis, step in zip(axes, filters, strict=False):
            _histogram(axis, step)
        for axis in axes[len(filters) :]:
            axis.set_visible(False)
    return drawing


def _histogram(axis: Any, step: FilterCount) -> None:
    places = range(len(step.edges))
    total = sum(step.counts) or 1
    axis.bar([place + 0.5 for place in places[:-1]], [100 * n / total for n in step.counts], 0.9, color=PALETTE[0])
    for threshold in step.thresholds:
        axis.axvline(_place(threshold, step.edges), color=PALETTE[1], linewidth=1.4, linestyle="--")
    shown = places[:: max(1, len(step.edges) // 6)]
    axis.set_xticks(shown, [f"{step.edges[place]:g}" for place in shown])
    axis.set_title(_short(step.name))
    axis.set_xlabel(_short(step.unit, 32))
    axis.yaxis.set_major_formatter("{x:.0f} %")


def _place(value: float, edges: Sequence[float]) -> float:
    """Where a value lies when every bin is one wide."""
    # Edges 0 1 10: 4 lies in the second bin, a third of its way: 1 + (4 - 1) / 9 = 1.33.
    for place, (low, high) in enumerate(pairwise(edges)):
        if value <= high:
            return place + max(0.0, value - low) / (high - low)
    return len(edges) - 1


def _bars(axis: Any, task: TaskResult, languages: list[str], palette: dict[str, str], places: int) -> None:
    # Two models: bars of 0.4 at -0.2 and +0.2 of the language's place; the 0.2 that is left parts the languages.
    width = 0.8 / len(task.models)
    for number, (name, model) in enumerate(task.models.items()):
        scores = [model.languages.get(lang) for lang in languages]
        at = [place - 0.4 + width * (number + 0.5) for place in range(len(languages))]
        means = [score.mean if score else 0.0 for score in scores]
        sds = [(score.sd or 0.0) if score else 0.0 for score in scores]
        axis.bar(at, means, width * 0.92, color=palette[name], label=_short(name))
        axis.errorbar(at, means, [s or float("nan") for s in sds], fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.5)
    axis.set_xticks(range(len(languages)), [_short(lang, 12) for lang in languages])
    axis.set_xlim(-0.6, places - 0.4)
    axis.set_ylim(0, 100)
    axis.set_ylabel(_short(metric_name(task.metric)))
    axis.grid(axis="y")


def _curve_panel(axis: Any, name: str, trainings: Sequence[Curve]) -> None:
    palette = colours([curve.name for curve in trainings], "")
    for curve in trainings:
        series = curve.parts.get(name)
        if series is None:
            continue
        dev = name.startswith("dev/")
        line = series.values if dev else smooth(series.values)
        if not dev:
            axis.plot(series.steps, series.values, color=palette[curve.name], alpha=0.25, linewidth=0.6)
        axis.plot(
            series.steps,
            line,
            color=palette[curve.name],
            linewidth=1.4,
            label=_short(curve.name),
            marker="." if dev or len(line) == 1 else "",
        )
    axis.set_title(_short(name.replace("_", " ")))
    axis.set_xlabel("step")
    axis.grid(axis="y")


def _short(name: str, length: int = 24) -> str:
    """A name that leaves room for the figure; matplotlib hides one that begins with an underscore."""
    text = visible(name)
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return f"\u200b{cut}" if cut.startswith("_") else cut


def _legend(figure: Any, axis: Any, sources: Sequence[Any] = ()) -> None:
    found: dict[str, Any] = {}
    for source in sources or (axis,):
        for handle, label in zip(*source.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    figure.legend(found.values(), found.keys(), loc="outside upper left", ncols=min(4, max(1, len(found))))


@contextmanager
def _drawing(rows: int, columns: int, row_height: float, title: str) -> Iterator[tuple[Drawing, list[Any]]]:
    """A figure of `rows` x `columns` axes to draw into."""
    from matplotlib.figure import Figure

    with _style():
        figure = Figure(figsize=(WIDTH, rows * row_height + 0.4), layout="constrained")
        yield Drawing(title, figure), figure.subplots(rows, columns, squeeze=False).ravel().tolist()
        figure.draw_without_rendering()  # lays it out, once for all files
        figure.set_layout_engine("none")


@contextmanager
def _style() -> Iterator[None]:
    from matplotlib import rc_context

    with rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser has the glyph
        yield


def _inline(svg: str, title: str) -> str:
    """The `<svg>` element alone, in the page's colour, named, with ids that no other figure has."""
    body = svg[svg.index("<svg") :]
    prefix = "p" + sha256(f"{title}\0{body}".encode()).hexdigest()[:8]
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", body).replace(INK, "currentColor")
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    return body.replace("<svg ", f'<svg role="img" aria-label="{escape(visible(title))}" ', 1)
