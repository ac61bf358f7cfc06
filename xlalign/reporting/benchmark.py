"""The benchmark's own table: the task scores, English included, their groups and the average over all nine."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from xlalign.reporting.results import GROUPED_OUT, Evaluated, task_title
from xlalign.reporting.scores import traced
from xlalign.reporting.table import Cell, Column, Table, TableRow, row, without_empty_columns


def benchmark_table(results: Evaluated) -> Table | None:
    """One row a model: average, groups, tasks; None unless all nine tasks were tested."""
    if not results.benchmark:
        return None
    tasks = [name for name, task in results.tasks.items() if task.group != GROUPED_OUT]
    columns = ("average", *_groups(results, tasks), *(task_title(results, task) for task in tasks))
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


def _cells(model: str, results: Evaluated, tasks: list[str]) -> list[Cell]:
    scores = {name: traced(results, name, model, "average") for name in tasks}
    groups = [_group_mean(results, group, scores) for group in _groups(results, tasks)]
    titles = ", ".join(task_title(results, name) for name in tasks)
    average = Cell(value=results.benchmark[model], detail=f"mean of {titles}")
    return [average, *groups, *scores.values()]


def _groups(results: Evaluated, tasks: list[str]) -> list[str]:
    return list(dict.fromkeys(results.tasks[name].group for name in tasks))


def _group_mean(results: Evaluated, group: str, scores: Mapping[str, Cell]) -> Cell:
    members = [name for name in scores if results.tasks[name].group == group]
    values = [value for name in members if isinstance(value := scores[name].value, float)]
    return Cell(value=fmean(values), detail=f"mean of {', '.join(task_title(results, name) for name in members)}")


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


def _submitted(task: Mapping[str, Any], name: str, metric: str, languages: list[str]) -> TableRow:
    values = [task[f"avg_{metric}"], *(task[metric].get(lang) for lang in languages)]
    return row(f"{name} {metric}", [Cell(value=value) for value in values])
