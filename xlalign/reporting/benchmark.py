"""The benchmark's own table: the task scores, English included, their groups and the average over all nine."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from xlalign.reporting.results import Results, task_name
from xlalign.reporting.scores import traced
from xlalign.reporting.table import Cell, Column, Row, Table, row, without_empty_columns

GROUPS = ("classification", "tagging", "qa", "retrieval")


def benchmark_table(results: Results) -> Table | None:
    """One row a model: average, groups, tasks; None unless all nine tasks were tested."""
    if not results.benchmark:
        return None
    tasks = [name for name, task in results.tasks.items() if task.group in GROUPS]
    columns = ("average", *GROUPS, *map(task_name, tasks))
    return Table(
        name="xtreme",
        caption="XTREME: mean over all languages of each task, English included",
        columns=(Column(name="model"), *(Column(name=name, kind="score", better="higher") for name in columns)),
        rows=tuple(row(model, _cells(model, results, tasks)) for model in results.benchmark),
        notes=(
            "The benchmark's rule: a group is the mean of its tasks, the average that of the nine; question answering "
            "counts the mean of exact match and F1.",
        ),
    )


def _cells(model: str, results: Results, tasks: list[str]) -> list[Cell]:
    scores = {name: traced(results, name, model, "average") for name in tasks}
    groups = [_mean({n: cell for n, cell in scores.items() if results.tasks[n].group == group}) for group in GROUPS]
    average = Cell(value=results.benchmark[model], detail=f"mean of {', '.join(map(task_name, tasks))}")
    return [average, *groups, *scores.values()]


def _mean(scores: Mapping[str, Cell]) -> Cell:
    values = [cell.value for cell in scores.values() if isinstance(cell.value, float)]
    return Cell(value=fmean(values), detail=f"mean of {', '.join(map(task_name, scores))}")


def submission_table(scored: Mapping[str, Any]) -> Table:
    """The scores of a folder of predictions: a row per task and metric, a column per language.

    Args:
        scored: the evaluator's JSON, see `xlalign.evaluation.xtreme.score_folder`.
    """
    tasks = {name: metrics for name, metrics in scored.items() if isinstance(metrics, dict)}
    groups = {name: value for name, value in scored.items() if not isinstance(value, dict)}
    tables = {(t, m): found for t, metrics in tasks.items() for m, found in metrics.items() if isinstance(found, dict)}
    languages = sorted({lang for found in tables.values() for lang in found})
    rows = [
        *(_submitted(tasks[task], task, metric, languages) for task, metric in tables),
        *(
            row(name, [Cell(value=value), *(Cell(value=None) for _ in languages)], rule=name == next(iter(groups)))
            for name, value in groups.items()
        ),
    ]
    return without_empty_columns(
        Table(
            name="submission",
            caption="Scores of the predictions (%)",
            columns=(Column(name="task"), *(Column(name=name, kind="score") for name in ("average", *languages))),
            rows=tuple(rows),
        )
    )


def _submitted(task: Mapping[str, Any], name: str, metric: str, languages: list[str]) -> Row:
    values = [task[f"avg_{metric}"], *(task[metric].get(lang) for lang in languages)]
    return row(f"{name} {metric}", [Cell(value=value) for value in values])
