"""Every task, model and language in one table: the scores, coloured by what they are above the baseline."""

from __future__ import annotations

from typing import Literal, NamedTuple

from xlalign.reporting.format import number
from xlalign.reporting.results import Evaluated, languages_of, score_of, task_title
from xlalign.reporting.scores import STAR, difference, gain, starred, traced
from xlalign.reporting.table import Cell, Column, Table, row, text, without_empty_columns

AVERAGES = ("others", "gap")


class HeatCell(NamedTuple):
    """One cell: its text, significance mark, direction, strength of the colour in [0, 1], and where it comes from."""

    text: str
    mark: str = ""
    direction: Literal["", "up", "down"] = ""
    strength: float = 0.0
    title: str = ""


class Heat(NamedTuple):
    """Rows of (task, model, cells) below the columns' names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[HeatCell, ...]], ...]


def heat(results: Evaluated) -> Heat:
    """The scores, the deeper coloured the farther above or below the baseline; the gap the other way round."""
    columns = _columns(results)
    cells = [(task, model) for task, entry in results.tasks.items() for model in entry.models]
    found = {(t, m, c): gain(results, t, m, c) for t, m in cells for c in columns}
    # One scale for the whole table: the largest change of any cell is strength 1.
    span = max((abs(value) for value in found.values() if value is not None), default=1.0) or 1.0
    stars = starred({(t, m, c): traced(results, t, m, c).p for t, m in cells for c in columns})
    rows = [
        (
            task_title(results, task),
            model,
            tuple(
                _heat_cell(results, place, found[place], span, STAR if place in stars else "")
                for place in ((task, model, column) for column in columns)
            ),
        )
        for task, model in cells
    ]
    return Heat(columns, tuple(rows))


def gains_table(results: Evaluated) -> Table:
    """The same in points above the baseline, a row for each task and aligned model."""
    columns = _columns(results)
    rows = [
        row(task_title(results, task), [text(model), *(_gain_cell(results, task, model, column) for column in columns)])
        for task, entry in results.tasks.items()
        for model in entry.models
        if model != results.baseline and results.baseline in entry.models
    ]
    table = Table(
        name="gains",
        caption=f"Points above {results.baseline}",
        columns=(
            Column(name="task"),
            Column(name="model"),
            *(Column(name=c, kind="difference", better="lower" if c == "gap" else "higher") for c in columns),
        ),
        rows=tuple(rows),
        signature=results.signature,
    )
    return without_empty_columns(table) if rows else table


def _columns(results: Evaluated) -> tuple[str, ...]:
    languages = dict.fromkeys(lang for task in results.tasks.values() for lang in languages_of(task))
    return (*languages, *AVERAGES)


def _gain_cell(results: Evaluated, task: str, model: str, column: str) -> Cell:
    models = results.tasks[task].models
    return difference(score_of(models[model], column), score_of(models[results.baseline], column))


def _heat_cell(
    results: Evaluated, place: tuple[str, str, str], value: float | None, span: float, mark: str
) -> HeatCell:
    task, model, column = place
    score = score_of(results.tasks[task].models[model], column)
    if score is None:
        return HeatCell("")
    said = traced(results, task, model, column).detail
    if value is None:
        return HeatCell(number(score.mean, "score"), title=said)
    # A gap that grew is a loss, and coloured as one.
    better = -value if column == "gap" else value
    direction: Literal["", "up", "down"] = "up" if better > 0 else "down" if better < 0 else ""
    title = f"{value:+.1f} to {results.baseline}; {said}"
    return HeatCell(number(score.mean, "score"), mark, direction, round(abs(value) / span, 2), title)
