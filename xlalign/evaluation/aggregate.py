"""Cells -> results.json: means over seeds, transfer gaps, differences to the baseline, signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import numpy as np

from xlalign.evaluation.cell import Tuning
from xlalign.evaluation.options import PROBE
from xlalign.evaluation.results import (
    CellResult,
    EvaluationResults,
    LanguageResult,
    ModelResult,
    SeedScore,
    TaskResult,
)
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.signature import signature
from xlalign.evaluation.significance import Difference, Paired, compare
from xlalign.evaluation.tasks import XTREME
from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.languages import ENGLISH


def aggregate(
    results: Mapping[str, Sequence[CellResult]], settings: EvalSettings, baseline: str = ""
) -> EvaluationResults:
    """Bring the cells of all models together.

    Args:
        results: the cells of each model, in the order of the models.
        settings: the evaluation.
        baseline: the model that the others are compared with; the first one when empty.
    """
    baseline = baseline or next(iter(results))
    tables = {}
    for name in settings.all_tasks():
        cells = {model: [cell for cell in found if cell.task == name] for model, found in results.items()}
        tables[name] = _task(settings.task(name), {m: found for m, found in cells.items() if found}, settings, baseline)
    everything = [cell for found in results.values() for cell in found]
    return EvaluationResults(
        tasks=tables,
        baseline=baseline,
        seeds=settings.seeds,
        primary=_primary(tables),
        benchmark=benchmark_average(tables),
        signature=tuple(signature(everything, settings)),
    )


def benchmark_average(tables: Mapping[str, TaskResult]) -> dict[str, float]:
    """Each model's score by the benchmark's rule: the mean of the nine task scores; empty unless all nine are there."""
    if not tables.keys() >= set(XTREME):
        return {}
    models = dict.fromkeys(model for name in XTREME for model in tables[name].models)
    whole = [model for model in models if all(model in tables[name].models for name in XTREME)]
    return {model: fmean(tables[name].models[model].average.mean for name in XTREME) for model in whole}


def _primary(tables: Mapping[str, TaskResult]) -> str:
    """The task that a summary is about: the first one with a transfer from English, else the first."""
    transfer = (name for name, task in tables.items() if task.tuned and any(_foreign(m) for m in task.models.values()))
    return next(transfer, next(iter(tables), ""))


def _foreign(model: ModelResult) -> list[str]:
    return [lang for lang in model.languages if lang != ENGLISH]


def setting(cell: CellResult) -> str:
    """What a reader must know of how a task was trained for: zero-shot, translations, code-switching, probe."""
    if cell.settings["tuning"] is None:
        return "without fine-tuning"
    tuning = Tuning.model_validate(cell.settings["tuning"])
    words = "zero-shot" if tuning.data.mixing is None else tuning.data.mixing.setting
    probe = all(regime.frozen == PROBE for regime in tuning.options.regimes)
    return f"{words}, probe (frozen encoder)" if probe else words


def _task(task: Task, cells: Mapping[str, Sequence[CellResult]], settings: EvalSettings, baseline: str) -> TaskResult:
    models = {}
    for model, found in cells.items():
        reference = cells.get(baseline, ()) if model != baseline else ()
        models[model] = _model(task, found, reference, settings.resamples, f"{task.name} {model} {baseline}")
    return TaskResult(
        title=task.display_name,
        metric=task.metric,
        kind=task.kind,
        group=task.group,
        tuned=task.tuned,
        license=task.license,
        citation=task.citation,
        setting=setting(next(iter(cells.values()))[0]) if cells else "",
        models=models,
    )


def _model(
    task: Task, cells: Sequence[CellResult], reference: Sequence[CellResult], resamples: int, key: str
) -> ModelResult:
    langs = list(cells[0].languages)
    by_seed = [{lang: cell.languages[lang].headline for lang in langs} for cell in cells]
    foreign = [lang for lang in langs if lang != ENGLISH]
    differences = _differences(task, cells, reference, resamples, key)
    others = [fmean(scores[lang] for lang in foreign or langs) for scores in by_seed]
    return ModelResult(
        languages={lang: _score([scores[lang] for scores in by_seed], differences.get(lang)) for lang in langs},
        metrics=_metrics(cells, langs),
        others=_score(others, differences.get("others")),
        average=_score([fmean(scores.values()) for scores in by_seed], differences.get("average")),
        gap=_score([s[ENGLISH] - o for s, o in zip(by_seed, others, strict=True)]) if ENGLISH in langs else None,
        differences=differences,
        dev=tuple(cell.dev for cell in cells if cell.dev is not None),
        setup=tuple({"seed": cell.seed, **cell.setup} for cell in cells),
        curve=cells[0].curve,
        data={lang: cells[0].languages[lang].data for lang in langs},
        notes=tuple(note for lang in langs for note in cells[0].languages[lang].notes),
        settings=_common_settings(cells[0]),
    )


def _common_settings(cell: CellResult) -> dict[str, Any]:
    """The settings of all cells of a task: those of the test by name, then tuning without seed, retrieval, rule."""
    tuning = cell.settings["tuning"]
    own = {key: value for key, value in (tuning or {}).items() if key not in ("seed", "regime", "steps")}
    shared = {key: value for key, value in cell.settings.items() if key != "test"}
    return {**cell.settings["test"], **shared, "tuning": own or None}


def _metrics(cells: Sequence[CellResult], langs: Iterable[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for lang in langs:
        scores = [cell.languages[lang].scores for cell in cells]
        for name in scores[0]:
            if all(name in seed for seed in scores):
                found.setdefault(name, {})[lang] = fmean(seed[name] for seed in scores)
    return found


def _differences(
    task: Task, cells: Sequence[CellResult], reference: Sequence[CellResult], resamples: int, key: str
) -> dict[str, Difference]:
    """Differences to the baseline on the same items and seeds; empty where the items are not the same."""
    if not reference:
        return {}
    pairs = {lang: _paired(cells, reference, lang) for lang in cells[0].languages}
    comparable = {lang: pair for lang, pair in pairs.items() if pair is not None}
    groups = {lang: [pair] for lang, pair in comparable.items()}
    # A mean over languages is compared only where each of them is: another set of languages is another question.
    if len(comparable) == len(pairs):
        groups["average"] = list(comparable.values())
        groups["others"] = [pair for lang, pair in comparable.items() if lang != ENGLISH]
    total = task.metrics.total
    return {name: compare(group, total, resamples, f"{key} {name}") for name, group in groups.items() if group}


def _paired(cells: Sequence[CellResult], reference: Sequence[CellResult], lang: str) -> Paired | None:
    """The items of both models side by side; None where they answered different items."""
    both = [[cell.languages[lang] for cell in found if lang in cell.languages] for found in (cells, reference)]
    keys = sorted({key for found in both for result in found for key in result.keys})
    ours, theirs = ([_items(result, keys) for result in found] for found in both)
    same_items = len({items.shape for items in [*ours, *theirs]}) == 1
    same_data = len({result.data for found in both for result in found}) == 1
    return Paired(np.stack(ours), np.stack(theirs)) if ours and theirs and same_items and same_data else None


def _items(result: LanguageResult, keys: Sequence[str]) -> np.ndarray:
    """Statistics of the items, in the order of `keys` where items have names; a missing one counts nothing."""
    if not keys:
        return np.array(result.items)
    rows = dict(zip(result.keys, result.items, strict=True))
    return np.array([rows.get(key, [0.0, 0.0, 0.0]) for key in keys])


def _score(scores: Sequence[float], difference: Difference | None = None) -> SeedScore:
    return SeedScore(
        mean=fmean(scores),
        sd=stdev(scores) if len(scores) > 1 else None,
        scores=tuple(scores),
        p=difference.p if difference else None,
    )
