"""Every task, model and language as one table of scores, coloured by what they are above the baseline."""

from __future__ import annotations

from typing import NamedTuple

from xlalign.reporting.format import number
from xlalign.reporting.results import Results, task_name
from xlalign.reporting.scores import gain, mark, traced

AVERAGES = ("others", "gap")


class Spot(NamedTuple):
    """One cell: its text, significance mark, colours, and where it comes from."""

    text: str
    mark: str = ""
    background: str = ""
    ink: str = ""
    title: str = ""


class Heat(NamedTuple):
    """Rows of (task, model, spots) below the columns' names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Spot, ...]], ...]


def heat(results: Results) -> Heat:
    """The heat table: violet is above the baseline, orange below, the deeper the more; the gap the other way round."""
    languages = tuple(dict.fromkeys(lang for task in results.tasks.values() for lang in task.languages()))
    columns = (*languages, *AVERAGES)
    cells = [(task, model) for task, entry in results.tasks.items() for model in entry.models]
    found = {(t, m, c): gain(results, t, m, c) for t, m in cells for c in columns}
    span = max((abs(value) for value in found.values() if value is not None), default=1.0) or 1.0
    rows = [
        (task_name(task), model, tuple(_spot(results, (task, model, column), found, span) for column in columns))
        for task, model in cells
    ]
    return Heat(columns, tuple(rows))


def _spot(
    results: Results, place: tuple[str, str, str], gains: dict[tuple[str, str, str], float | None], span: float
) -> Spot:
    task, model, column = place
    score = results.tasks[task].models[model].score(column)
    if score is None or score.mean is None:
        return Spot("")
    value = gains[place]
    said = traced(results, task, model, column).detail
    if value is None:
        return Spot(number(score.mean, "score"), title=said)
    background, ink = shade(-value / span if column == "gap" else value / span)
    title = f"{value:+.1f} to {results.baseline}; {said}"
    return Spot(number(score.mean, "score"), mark(score), background, ink, title)


def shade(value: float) -> tuple[str, str]:
    """Background and ink for a value in [-1, 1]: orange, white, violet (ColorBrewer's PuOr)."""
    low, white, high = (230, 97, 1), (247, 247, 247), (94, 60, 153)
    strength = min(1.0, abs(value))
    end = high if value > 0 else low
    mixed = [round(w + (e - w) * strength) for w, e in zip(white, end, strict=True)]
    bright = 0.2126 * mixed[0] + 0.7152 * mixed[1] + 0.0722 * mixed[2]
    return "#" + "".join(f"{part:02x}" for part in mixed), "#111111" if bright > 130 else "#ffffff"
