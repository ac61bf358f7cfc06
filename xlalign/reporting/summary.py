"""The short answer: does the aligned encoder transfer better, and by how much?"""

from __future__ import annotations

from collections.abc import Mapping

from xlalign.reporting.data import Figure, Headline
from xlalign.reporting.format import number
from xlalign.reporting.results import Results, Score, TaskScores, task_name
from xlalign.reporting.scores import cell
from xlalign.reporting.table import Cell, Column, Row, Table, row, without_empty_columns


def summary_table(
    results: Results,
    *,
    primary: str = "xnli",
    controls: tuple[str, ...] = (),
    seconds: Mapping[str, float] | None = None,
) -> Table:
    """One row a model: the primary task in full, the other tasks as one number each, and the cost.

    Args:
        results: content of results.json.
        primary: the task whose English score, transfer and gap are shown.
        controls: models that are no contestants: the difference is taken to the best of these and the baseline.
        seconds: seconds of training, by model.
    """
    task = results.tasks[primary]
    reference = _reference(task, (results.baseline, *controls))
    minor = [name for name in results.tasks if name != primary]
    heading = task_name(primary)
    columns = [
        Column(name="model"),
        Column(name=f"{heading} en", kind="score", better="higher"),
        Column(name=f"{heading} others", kind="score", better="higher"),
        Column(name="gap", kind="score", better="lower"),
        Column(name="Δ", kind="difference", better="higher"),
        *(Column(name=task_name(name), kind="score", better="higher") for name in minor),
    ]
    rows = [_row(model, results, primary, minor, reference, (results.baseline, *controls)) for model in task.models]
    if seconds is not None:
        columns.append(Column(name="training", kind="seconds"))
        rows = [_with(line, seconds.get(model)) for line, model in zip(rows, task.models, strict=True)]
    return without_empty_columns(
        Table(
            name="summary",
            caption=f"Zero-shot transfer from English: {', '.join(task_name(name) for name in results.tasks)}",
            columns=tuple(columns),
            rows=tuple(rows),
            notes=_notes(task, primary, minor, reference, results, controls),
            signature=results.signature,
        )
    )


def headline(results: Results, *, primary: str = "xnli", controls: tuple[str, ...] = ()) -> Headline | None:
    """The result in one sentence and a few figures; None when no model was compared with the baseline."""
    task = results.tasks.get(primary)
    if task is None:
        return None
    known = tuple(model for model in (results.baseline, *controls) if model in task.models)
    scores = {model: score for model, entry in task.models.items() if (score := entry.others()).mean is not None}
    contestants = {model: score for model, score in scores.items() if model not in known}
    reference = _reference(task, known)
    if not contestants or reference is None:
        return None
    best = max(contestants, key=lambda model: contestants[model].mean or 0.0)
    gain = (contestants[best].mean or 0.0) - (scores[reference].mean or 0.0)
    figures = [_figure(model, scores[model], "baseline" if model == results.baseline else "control") for model in known]
    figures.append(_figure(best, contestants[best], "aligned"))
    figures.append(_gain_figure(gain, smallest_gain(scores[best], scores[reference]), f"{best} − {reference}"))
    return Headline(sentence=_sentence(best, gain, reference, task, primary), figures=tuple(figures))


def smallest_gain(score: Score, reference: Score) -> float | None:
    """The smallest difference over the seeds, which are paired."""
    if not score.scores or len(score.scores) != len(reference.scores):
        return None
    return min(ours - theirs for ours, theirs in zip(score.scores, reference.scores, strict=True))


def _row(
    model: str, results: Results, primary: str, minor: list[str], reference: str | None, controls: tuple[str, ...]
) -> Row:
    task = results.tasks[primary]
    scores = task.models[model]
    others = [results.tasks[name].models.get(model) for name in minor]
    return row(
        model,
        [
            cell(scores.languages.get("en")),
            cell(scores.others()),
            cell(scores.transfer_gap()),
            _gain(model, task, reference, controls),
            *(cell(entry.others() if entry else None) for entry in others),
        ],
    )


def _with(line: Row, seconds: float | None) -> Row:
    return line.model_copy(update={"cells": (*line.cells, Cell(value=seconds))})


def _gain(model: str, task: TaskScores, reference: str | None, controls: tuple[str, ...]) -> Cell:
    if reference is None or model in controls:
        return Cell(value=None)
    ours, theirs = task.models[model].others(), task.models[reference].others()
    if ours.mean is None or theirs.mean is None:
        return Cell(value=None)
    smallest = smallest_gain(ours, theirs)
    detail = f"smallest over the seeds: {smallest:+.2f}" if smallest is not None else ""
    return Cell(value=ours.mean - theirs.mean, detail=detail)


def _reference(task: TaskScores, candidates: tuple[str, ...]) -> str | None:
    """The best of the models that were not aligned."""
    means = {model: task.models[model].others().mean for model in candidates if model in task.models}
    known = {model: mean for model, mean in means.items() if mean is not None}
    return max(known, key=lambda model: known[model]) if known else None


def _notes(
    task: TaskScores, primary: str, minor: list[str], reference: str | None, results: Results, controls: tuple[str, ...]
) -> tuple[str, ...]:
    languages = ", ".join(lang for lang in task.languages() if lang != "en")
    seeds = max((len(score.scores) for model in task.models.values() for score in model.languages.values()), default=0)
    spread = f"Mean ± sd over {seeds} seeds. " if seeds > 1 else ""
    notes = [f"{spread}others: mean over {languages}; gap: English minus others."]
    if minor:
        notes[0] += f" {', '.join(task_name(name) for name in minor)}: mean without English."
    if reference:
        notes.append(
            f"Δ: {task_name(primary)} others minus {reference}"
            + (", the better of baseline and control." if controls else ".")
        )
        notes[1] += _smallest(task, reference, (results.baseline, *controls))
    return tuple(notes)


def _smallest(task: TaskScores, reference: str, controls: tuple[str, ...]) -> str:
    theirs = task.models[reference].others()
    found = {m: smallest_gain(s.others(), theirs) for m, s in task.models.items() if m not in controls}
    listed = ", ".join(f"{model} {gain:+.1f}" for model, gain in found.items() if gain is not None)
    return f" Smallest over the seeds: {listed}." if listed else ""


def _figure(model: str, score: Score, role: str) -> Figure:
    sd = f" ± {score.sd:.1f}" if score.sd is not None else ""
    return Figure(label=role, value=number(score.mean or 0.0, "score"), note=f"{model}{sd}")


def _gain_figure(gain: float, smallest: float | None, what: str) -> Figure:
    seeds = f", at least {number(smallest, 'difference')} for each seed" if smallest is not None else ""
    return Figure(label="difference", value=number(gain, "difference"), note=what + seeds, tone=_tone(gain))


def _sentence(best: str, gain: float, reference: str, task: TaskScores, primary: str) -> str:
    languages = ", ".join(lang for lang in task.languages() if lang != "en")
    change = "better" if gain >= 0 else "worse"
    return f"{best} transfers {abs(gain):.1f} points {change} than {reference} on {task_name(primary)} ({languages})."


def _tone(gain: float) -> str:
    return "good" if gain > 0 else "bad"
