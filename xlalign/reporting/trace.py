"""Where a number comes from: model, data, seeds, configuration, command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from xlalign.errors import UserError, unknown_name
from xlalign.evaluation.aggregate import ModelScores, Score
from xlalign.evaluation.significance import Difference
from xlalign.reporting.format import number
from xlalign.reporting.results import Evaluated, per_seed, score_of
from xlalign.reporting.table import Frozen


class Trace(Frozen):
    """Everything behind one number of a table.

    Args:
        cell: `TASK/MODEL/COLUMN`.
        value: the number, in percent or points.
        scores: of each seed, in the order of `seeds`.
        difference: to the baseline, with interval and p values.
        model: name, key and digest of the artifact, and the settings it was made with.
        data: source and split, and the digest of the test examples by language.
        seeds: fine-tuning seeds; empty where nothing is fine-tuned.
        setup: how each seed came about: regime or layer, steps, digests of train and dev, trial scores.
        config: the settings of the cells.
        signature: the line that pins the task's numbers.
        command: what makes the number again.
    """

    cell: str
    value: float | None
    sd: float | None
    scores: tuple[float, ...]
    difference: Difference | None
    metric: str
    setting: str
    model: dict[str, Any]
    data: dict[str, Any]
    seeds: tuple[int, ...]
    setup: tuple[dict[str, Any], ...]
    config: dict[str, Any]
    notes: tuple[str, ...]
    signature: tuple[str, ...]
    command: str


def trace(results: Evaluated, cell: str) -> Trace:
    """Trace a number of a task's table.

    Args:
        results: content of results.json, with the models' origins.
        cell: `TASK/MODEL/COLUMN`, a column being a language, others, average or gap; the model by the
            name that tables show or by its whole one.

    Raises:
        UserError: there is no such number.
    """
    task, model, column = parts(cell)
    shown = {name: short for short, name in results.names.items()}
    model = shown.get(model, model)
    if task not in results.tasks:
        raise unknown_name("task", task, results.tasks)
    entry = results.tasks[task]
    if model not in entry.models:
        raise unknown_name(f"model on {task}:", model, entry.models)
    scores = entry.models[model]
    score = score_of(scores, column)
    if score is None:
        raise unknown_name(f"column of {task}:", column, [*scores.languages, "others", "average", "gap"])
    return Trace(
        cell=cell,
        value=score.mean,
        sd=score.sd,
        scores=score.scores,
        difference=scores.differences.get(column),
        metric=entry.metric,
        setting=entry.setting,
        model={"name": results.names.get(model, model), **_origin(results, model)},
        data=_data(scores, column),
        seeds=tuple(int(one["seed"]) for one in scores.setup if one.get("seed")),
        setup=tuple(scores.setup),
        config=scores.settings,
        notes=scores.notes,
        signature=tuple(line for line in results.signature if line.startswith(f"{task}|")),
        command=results.command,
    )


def _origin(results: Evaluated, model: str) -> dict[str, Any]:
    return results.origins[model].model_dump() if model in results.origins else {}


def detail(results: Evaluated, task: str, model: str, column: str, score: Score) -> str:
    """A trace in one line, for the reader who hovers over a number."""
    scores = results.tasks[task].models[model]
    origin = results.origins.get(model)
    data = _data(scores, column)
    digests = sorted({value[:8] for value in data["digests"].values()})
    found = [
        per_seed(score),
        f"model {model}{f' {origin.content[:12]}' if origin else ''}",
        f"data {data['source']}@{digests[0] if len(digests) == 1 else f'{len(digests)} digests'}" if digests else "",
        _ways(scores),
        f"xlalign report --why {task}/{model}/{column}",
    ]
    return "; ".join(part for part in found if part)


def lines(found: Trace) -> Iterator[tuple[str, str]]:
    """A trace as names and values to print."""
    yield found.cell, number(found.value or 0.0, "score") + (f" ± {found.sd:.1f}" if found.sd is not None else "")
    yield "what", ", ".join(filter(None, [found.metric, found.setting]))
    yield "per seed", ", ".join(f"{score:.2f}" for score in found.scores)
    if found.difference:
        own = found.difference
        yield "to the baseline", f"{own.mean:+.2f}, 95 % interval {own.low:+.2f} to {own.high:+.2f}"
        seeds = f"items and {own.seeds} seeds" if own.seeds > 1 else "items only, one seed"
        yield "p", f"{own.p:.3f} ({seeds}), {own.p_items:.3f} (exchange of answers, items only); not corrected"
        if own.effect is not None:
            yield "effect size", f"{own.effect:+.2f} deviations of the seeds"
    yield "model", str(found.model["name"])
    for key in ("key", "content"):
        if key in found.model:
            yield f"model {key}", str(found.model[key])
    yield "data", f"{found.data['source']} {found.data['split']}"
    yield "data digest", ", ".join(f"{lang} {value}" for lang, value in found.data["digests"].items())
    if found.seeds:
        yield "seeds", ", ".join(map(str, found.seeds))
    for setup in found.setup:
        yield f"seed {setup['seed']}" if setup.get("seed") else "how", _flat(setup)
    yield "config", _flat({key: value for key, value in found.config.items() if value not in (None, "", [], {})})
    for key, value in found.model.get("settings", {}).items():
        yield f"model {key}", json.dumps(value, ensure_ascii=False)
    for note in found.notes:
        yield "note", note
    for line in found.signature:
        yield "signature", line
    yield "command", found.command


def _flat(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if key != "seed"
    )


def parts(cell: str) -> tuple[str, str, str]:
    """Task, model and column of a cell's name; a model's name may hold slashes, a task's and a column's never do.

    Raises:
        UserError: it names no cell.
    """
    task, _, rest = cell.partition("/")
    model, _, column = rest.rpartition("/")
    if not (task and model and column):
        raise UserError(f"`{cell}` names no cell", "write TASK/MODEL/COLUMN, such as xnli/ppa/de or xnli/ppa/others")
    return task, model, column


def _data(scores: ModelScores, column: str) -> dict[str, Any]:
    digests = {lang: value for lang, value in scores.data.items() if column not in scores.languages or lang == column}
    return {"source": scores.settings.get("data", ""), "split": scores.settings.get("split", ""), "digests": digests}


def _ways(scores: ModelScores) -> str:
    return "; ".join(dict.fromkeys(str(setup.get("regime", setup.get("point", ""))) for setup in scores.setup))
