"""The scores of one model in the JSON shape of EleutherAI's lm-evaluation-harness (0.4), for tools that read it.

A task and language is a task `xnli_de` of the group `xnli`; metrics are fractions under `acc,none`, the standard error
is that of the mean over seeds under `acc_stderr,none` ("N/A" for one seed).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from xlalign.evaluation.aggregate import Score, TaskScores
from xlalign.reporting.results import Evaluated, task_title

METRICS = {"accuracy": "acc"}
"""Our name of a metric -> the harness's."""


def lm_eval_results(results: Evaluated, model: str, version: str) -> dict[str, Any]:
    """The results of `model` on every task that it was tested in.

    Args:
        version: of xlalign, which stands for the version of each task.
    """
    tasks = {name: task for name, task in results.tasks.items() if model in task.models}
    groups = {n: _entry(task_title(results, n), task, task.models[model].average) for n, task in tasks.items()}
    members = {name: [f"{name}_{lang}" for lang in task.models[model].languages] for name, task in tasks.items()}
    single = {
        f"{name}_{lang}": (task, score)
        for name, task in tasks.items()
        for lang, score in task.models[model].languages.items()
    }
    return {
        "results": {**groups, **{alias: _entry(alias, task, score) for alias, (task, score) in single.items()}},
        "groups": groups,
        "group_subtasks": members,
        "configs": {alias: _config(alias, task, model) for alias, (task, _) in single.items()},
        "versions": dict.fromkeys([*groups, *single], version),
        "n-shot": dict.fromkeys(single, 0),
        "higher_is_better": {alias: {_metric(task): True} for alias, (task, _) in single.items()},
        "config": {"model": "xlalign", "model_args": f"pretrained={results.names.get(model, model)}"},
        "model_name": model,
        "xlalign": {"baseline": results.baseline, "signature": list(results.signature), "command": results.command},
    }


def _metric(task: TaskScores) -> str:
    return METRICS.get(task.metric, task.metric or "score")


def _entry(alias: str, task: TaskScores, score: Score) -> dict[str, Any]:
    # Percent over seeds 70, 72 -> 0.71, and 1.414 / sqrt(2) = 1 point, so 0.01.
    seeds = len(score.scores)
    error = score.sd / 100 / sqrt(seeds) if score.sd is not None and seeds else "N/A"
    metric = _metric(task)
    return {"alias": alias, f"{metric},none": score.mean / 100, f"{metric}_stderr,none": error}


def _config(alias: str, task: TaskScores, model: str) -> Mapping[str, Any]:
    settings = task.models[model].settings
    kept = {"test_split": settings.get("split", ""), "dataset_path": settings.get("data", "")}
    return {"task": alias, **kept, "num_fewshot": 0, "metadata": {"setting": task.setting, "license": task.license}}
