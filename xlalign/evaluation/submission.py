"""Predictions as a folder in the benchmark's submission layout, and its scores to the last digit of the evaluator's.

Averages: a metric over all languages of a task, English included; question answering by the mean of exact match
and F1; a group over its tasks, and `all_task` over the nine, each only when all of them are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from xlalign.errors import DataError
from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.metrics.scoring import ChunkRule, MetricScores
from xlalign.evaluation.results import CellResult
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.tasks import TASKS, XTREME
from xlalign.evaluation.tasks.base import Task


def write_predictions(folder: Path, results: Iterable[CellResult]) -> list[Path]:
    """Write `<task>/test-<lang>.tsv|json` of one model and seed; the official evaluator reads the folder as it is.

    Args:
        folder: where to; made if needed.
        results: the cells of one model, at most one a task.
    """
    written = []
    for result in results:
        task = GridCell.model_validate(result.settings).test.resolved()
        for lang, language in result.languages.items():
            path = folder / _file_name(task, lang)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(task.handler.form.text(language.predictions), encoding="utf-8")
            written.append(path)
    return written


def _file_name(task: Task, lang: str) -> str:
    return f"{task.folder}/test-{lang}.{task.handler.form.suffix}"


def score_folder(
    predictions: Path, labels: Path, *, rule: ChunkRule = "legacy", languages: Sequence[str] = ()
) -> dict[str, Any]:
    """Score every task that has a folder on both sides.

    Args:
        predictions: folder in the submission layout, `<task>/test-<lang>.tsv|json`.
        labels: the gold answers in the same layout (question answering: SQuAD files).
        rule: chunk rule of UD-POS and PAN-X; `legacy` gives the published numbers.
        languages: score these only (then the averages are not the benchmark's); all of each task when empty.

    Returns:
        The evaluator's JSON: per task {metric: {lang: score}, "avg_<metric>": ..., "avg_metric": ...},
        the group averages and `all_task`.

    Raises:
        DataError: no task is on both sides, a language file is missing, or lengths differ.
    """
    _check_folder(predictions)
    _check_folder(labels)
    tasks = [task for task in map(TASKS.get, XTREME) if (predictions / task.folder).is_dir()]
    tasks = [task for task in tasks if (labels / task.folder).is_dir()]
    if not tasks:
        wanted = ", ".join(TASKS.get(name).folder for name in XTREME)
        raise DataError(f"no task folder is in both {predictions} and {labels}; wanted any of {wanted}")
    report = {task.folder: _task(task, predictions, labels, rule, languages) for task in tasks}
    return {**_groups(tasks, report), **report}


def score_predictions(predictions: Path, settings: EvalSettings) -> dict[str, Any]:
    """Score a submission folder against the data that the settings name, without label files.

    Args:
        predictions: folder in the submission layout; its files say which tasks and languages are scored.
        settings: data sources and splits, languages, chunk rule.

    Returns:
        As `score_folder`, with every metric that we have.

    Raises:
        DataError: no task has a folder, or the predictions do not fit the data.
    """
    _check_folder(predictions)
    report: dict[str, Any] = {}
    for cell in {cell.task: cell for cell in settings.cells()}.values():
        data = TestData(cell.test)
        if not (predictions / data.task.folder).is_dir():
            continue
        files = {lang: predictions / _file_name(data.task, lang) for lang in data.languages()}
        scores = {lang: _scored(data, lang, settings.pos_rule, file) for lang, file in files.items() if file.is_file()}
        if scores:
            report[data.task.folder] = averages(data.task, scores)
    if not report:
        raise DataError(f"{predictions} has predictions of none of the tasks {', '.join(settings.all_tasks())}")
    return report


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder", "wanted the submission layout: TASK/test-LANG.tsv or .json")


def _scored(data: TestData, lang: str, rule: ChunkRule, file: Path) -> MetricScores:
    kind = data.task.handler
    try:
        return data.task.score(kind.gold(data.tested(lang)), kind.form.predictions(file), lang, rule)
    except DataError as error:
        raise DataError(f"{file}: {error.message}", error.hint) from error


def _task(task: Task, predictions: Path, labels: Path, rule: ChunkRule, languages: Sequence[str]) -> dict[str, Any]:
    chosen = [lang for lang in task.languages if not languages or lang in languages]
    if not chosen:
        raise DataError(f"{task.name} has none of the languages {', '.join(languages)}", "drop that task's folder")
    by_lang = {lang: _language(task, predictions, labels, lang, rule) for lang in chosen}
    return averages(task, by_lang)


def _language(task: Task, predictions: Path, labels: Path, lang: str, rule: ChunkRule) -> MetricScores:
    form, name = task.handler.form, _file_name(task, lang)
    try:
        scores = task.score(form.labels(labels / name), form.predictions(predictions / name), lang, rule)
    except DataError as error:
        raise DataError(f"{predictions / name}: {error.message}", error.hint) from error
    return {metric: value for metric, value in scores.items() if metric not in task.metrics.beside}


def averages(task: Task, by_lang: dict[str, MetricScores]) -> dict[str, Any]:
    """Scores by metric and language with their averages and the task's score (`avg_metric`)."""
    metrics = list(next(iter(by_lang.values())))
    table: dict[str, Any] = {m: {lang: scores[m] for lang, scores in by_lang.items()} for m in metrics}
    # The headline of the means and the mean of the headlines are one number, for both are linear.
    means = {m: fmean(table[m].values()) for m in metrics}
    return {**table, **{f"avg_{m}": means[m] for m in metrics}, "avg_metric": task.headline(means)}


def _groups(tasks: Sequence[Task], report: dict[str, Any]) -> dict[str, float]:
    scored = {task.name for task in tasks}
    all_tasks = [TASKS.get(name) for name in XTREME]
    groups: dict[str, float] = {}
    if scored == set(XTREME):
        groups["all_task"] = _mean(all_tasks, report)
    for group in dict.fromkeys(task.group for task in all_tasks):
        members = [task for task in all_tasks if task.group == group]
        # A group with a task missing has no score: the mean of the others would look like the benchmark's.
        if scored.issuperset(task.name for task in members):
            groups[group] = _mean(members, report)
    return groups


def _mean(tasks: Iterable[Task], report: dict[str, Any]) -> float:
    return fmean(report[task.folder]["avg_metric"] for task in tasks)
