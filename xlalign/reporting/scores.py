"""Tables out of results.json: one per task, models as rows and languages as columns."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TypeVar

from xlalign.evaluation.results import ModelResult, SeedScore, TaskResult
from xlalign.evaluation.significance import ENOUGH_SEEDS, LEVEL, holm
from xlalign.reporting.results import (
    Evaluated,
    languages_of,
    metric_meanings,
    metric_name,
    minus,
    of,
    per_seed,
    score_of,
    seed_count,
    task_title,
)
from xlalign.reporting.table import Cell, Column, Table, TableRow, row, without_empty_columns
from xlalign.reporting.trace import detail

Place = TypeVar("Place")

STAR = "*"
"""Marks a difference from the baseline that holds after correction for all comparisons of its table."""


def cell(score: SeedScore | None, detail: str = "", *, tuned: bool = False) -> Cell:
    """A score as a table cell, with its p where a verdict is possible: of tuned models it needs a few seeds."""
    if score is None:
        return Cell(value=None)
    p = None if tuned and len(score.scores) < ENOUGH_SEEDS else score.p
    return Cell(value=score.mean, sd=score.sd, detail=detail or per_seed(score), p=p)


def starred(ps: Mapping[Place, float | None]) -> set[Place]:
    """The places whose p holds after Holm's correction for all of them."""
    corrected = holm({place: p for place, p in ps.items() if p is not None})
    return {place for place, p in corrected.items() if p < LEVEL}


def with_stars(table: Table, baseline: str) -> Table:
    """The table with a star where a score differs from the baseline, and what was compared in its first note."""
    # All p of the table are one family: twenty cells at 0.05 would give one star for nothing.
    ps = {(n, m): c.p for n, line in enumerate(table.rows) for m, c in enumerate(line.cells) if c.p is not None}
    if not ps:
        return table
    stars = starred(ps)
    rows = tuple(
        line.model_copy(update={"cells": tuple(_starred(c, (n, m) in stars) for m, c in enumerate(line.cells))})
        for n, line in enumerate(table.rows)
    )
    count = f"{len(ps)} comparison{'s' * (len(ps) > 1)}"
    said = f"{STAR} differs from {baseline}" if stars else f"No score differs from {baseline}"
    first, *rest = table.notes or ("",)
    note = f"{first} {said}: p < {LEVEL} over items and seeds, corrected for {count} (Holm).".strip()
    return table.model_copy(update={"rows": rows, "notes": (note, *rest)})


def _starred(cell: Cell, star: bool) -> Cell:
    return cell if cell.p is None else cell.model_copy(update={"mark": STAR if star else "", "p": None})


def few_seeds(task: TaskResult) -> str:
    """Why a table with a tuned task and few seeds has no stars; "" where there are enough."""
    seeds = seed_count(task)
    told = any(score.p is not None for model in task.models.values() for score in model.languages.values())
    if not (task.tuned and told and seeds < ENOUGH_SEEDS):
        return ""
    return f"{seeds} seed{'s' * (seeds > 1)}: too few for a verdict on tuned models, which needs {ENOUGH_SEEDS}."


def traced(results: Evaluated, task: str, model: str, column: str) -> Cell:
    """A number of a task's table as a cell that says where it comes from."""
    score = score_of(results.tasks[task].models[model], column)
    told = detail(results, task, model, column, score) if score else ""
    return cell(score, told, tuned=results.tasks[task].tuned)


def difference(score: SeedScore | None, reference: SeedScore | None) -> Cell:
    """The mean of `score` minus that of `reference`, in points."""
    found = minus(score, reference)
    return Cell(value=found.mean, detail=per_seed(found)) if found else Cell(value=None)


def task_table(name: str, results: Evaluated) -> Table:
    """Scores of every model in every language, the mean of the other languages, the gap, and the differences."""
    task = results.tasks[name]
    languages = languages_of(task)
    rows = [row(model, _cells(results, name, model, languages)) for model in task.models]
    table = without_empty_columns(
        Table(
            name=name,
            caption=", ".join(filter(None, [task_title(results, name), metric_name(task.metric), task.setting])),
            columns=(
                Column(name="model"),
                *(Column(name=lang, kind="score", better="higher") for lang in (*languages, "others")),
                Column(name="gap", kind="score", better="lower"),
            ),
            rows=(*rows, *_differences(name, results, languages)),
            notes=_notes(task, results.baseline),
            signature=_signature(name, results),
        )
    )
    return with_stars(table, results.baseline)


def metrics_table(name: str, results: Evaluated) -> Table | None:
    """Every metric of a task, where there are more than the one in its main table."""
    task = results.tasks[name]
    found = [(model, metric) for model, scores in task.models.items() for metric in scores.metrics]
    if len({metric for _, metric in found}) < 2:
        return None
    languages = languages_of(task)
    rows: list[TableRow] = []
    for model, metric in found:
        values = [task.models[model].metrics[metric].get(lang) for lang in languages]
        known = [value for value in values if value is not None]
        cells = [Cell(value=value) for value in (*values, fmean(known) if known else None)]
        rows.append(row(f"{model} {metric.replace('_', ' ')}", cells, rule=metric == found[0][1] and bool(rows)))
    return Table(
        name=f"{name}-metrics",
        caption=f"{task_title(results, name)}: every metric",
        columns=(Column(name="model"), *(Column(name=lang, kind="score") for lang in (*languages, "average"))),
        rows=tuple(rows),
        notes=tuple(filter(None, [metric_meanings(metric for _, metric in found)])),
    )


def setup_table(name: str, results: Evaluated) -> Table | None:
    """How each model was fine-tuned or compared on a task; None where results.json does not say."""
    models = {model: scores for model, scores in results.tasks[name].models.items() if scores.setup}
    if not models:
        return None
    tuned = results.tasks[name].tuned
    table = Table(
        name=f"{name}-setup",
        caption=f"{task_title(results, name)}: how each model was {'fine-tuned' if tuned else 'compared'}",
        columns=(
            Column(name="model"),
            Column(name="regime" if tuned else "vector"),
            Column(name="steps", kind="count"),
            Column(name="English dev", kind="score"),
        ),
        rows=tuple(row(model, _setup(scores)) for model, scores in models.items()),
        notes=("Chosen on English dev data by one rule for all models.",) if tuned else (),
    )
    return without_empty_columns(table)


def _setup(scores: ModelResult) -> list[Cell]:
    ways = dict.fromkeys(str(setup.get("regime", setup.get("point", ""))) for setup in scores.setup)
    trials = scores.setup[0].get("trials") or {}
    tried = "; ".join(f"{way}: {dev:.1f}" for way, dev in trials.items())
    steps = scores.setup[0].get("steps")
    return [
        Cell(value="; ".join(ways), detail=f"tried {tried}" if tried else ""),
        Cell(value=steps),
        cell(of(scores.dev)),
    ]


def gain(results: Evaluated, task: str, model: str, column: str) -> float | None:
    """Points above the baseline in a column; None for the baseline itself."""
    models = results.tasks[task].models
    if model == results.baseline or results.baseline not in models:
        return None
    value = difference(score_of(models[model], column), score_of(models[results.baseline], column)).value
    return value if isinstance(value, float) else None


def _signature(task: str, results: Evaluated) -> tuple[str, ...]:
    """The lines of a task, which begin with its name; all of them where none does."""
    return tuple(line for line in results.signature if line.startswith(f"{task}|")) or results.signature


def _cells(results: Evaluated, task: str, model: str, languages: list[str]) -> list[Cell]:
    gap = traced(results, task, model, "gap").model_copy(update={"sd": None})  # five languages within 80 columns
    return [*(traced(results, task, model, column) for column in (*languages, "others")), gap]


def _differences(name: str, results: Evaluated, languages: list[str]) -> list[TableRow]:
    models = results.tasks[name].models
    reference = models.get(results.baseline)
    if reference is None:
        return []
    rows: list[TableRow] = []
    for model, scores in models.items():
        if model != results.baseline:
            columns = (*languages, "others", "gap")
            found = {column: difference(score_of(scores, column), score_of(reference, column)) for column in columns}
            cells = [_explained(cell, f"{name}/{model}/{column}") for column, cell in found.items()]
            rows.append(row(f"Δ {model}", cells, kind="difference", rule=not rows))
    return rows


def _explained(cell: Cell, place: str) -> Cell:
    """A difference that says how to ask for more."""
    said = "; ".join(filter(None, [cell.detail, f"xlalign report --why {place}"]))
    return cell if cell.value is None else cell.model_copy(update={"detail": said})


def _notes(task: TaskResult, baseline: str) -> tuple[str, ...]:
    seeds = seed_count(task)
    once = "One seed." if task.tuned else "Nothing is fine-tuned, so there are no seeds."
    notes = [f"Mean ± standard deviation over {seeds} seeds." if seeds > 1 else once]
    delta = f"; Δ: minus {baseline}" if len(task.models) > 1 else ""
    notes.append(f"others: mean without English; gap: English minus others{delta}.")
    return (" ".join(filter(None, [*notes, few_seeds(task)])),)
