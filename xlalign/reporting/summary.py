"""The short answer: does the aligned encoder transfer better, and by how much?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlalign.evaluation.results import SeedScore, TaskResult
from xlalign.evaluation.significance import ENOUGH_SEEDS, LEVEL
from xlalign.evaluation.tasks.languages import ENGLISH
from xlalign.reporting.data import Figure, Headline
from xlalign.reporting.format import number
from xlalign.reporting.results import Evaluated, minus, seed_count, targets, task_title
from xlalign.reporting.scores import cell, few_seeds, traced, with_stars
from xlalign.reporting.table import Cell, Column, Table, TableRow, row, without_empty_columns


@dataclass(frozen=True)
class ModelComparison:
    """The models on one task, each beside the best of those that were not aligned.

    Args:
        results: content of results.json.
        primary: the task.
        controls: models that only had more training; with the baseline they are no contestants.
    """

    results: Evaluated
    primary: str
    controls: tuple[str, ...] = ()

    @property
    def task(self) -> TaskResult:
        """The scores of the primary task."""
        return self.results.tasks[self.primary]

    @cached_property
    def transfer(self) -> dict[str, SeedScore]:
        """Model -> mean over the languages other than English, where there is one."""
        return {model: entry.others for model, entry in self.task.models.items() if entry.languages}

    @property
    def unaligned(self) -> list[str]:
        """The baseline and the controls that were tested."""
        return [model for model in dict.fromkeys((self.results.baseline, *self.controls)) if model in self.transfer]

    @property
    def reference(self) -> str | None:
        """The best of the unaligned models."""
        return self._best(self.unaligned)

    @property
    def winner(self) -> str | None:
        """The best of the others."""
        return self._best([model for model in self.transfer if model not in self.unaligned])

    def gain(self, model: str) -> SeedScore | None:
        """What an aligned model is above the reference, seed by seed; None for the unaligned ones."""
        if self.reference is None or model in self.unaligned or model not in self.transfer:
            return None
        return minus(self.transfer[model], self.transfer[self.reference])

    def _best(self, models: list[str]) -> str | None:
        return max(models, key=lambda model: self.transfer[model].mean, default=None)


def summary_table(
    results: Evaluated,
    *,
    primary: str = "",
    controls: tuple[str, ...] = (),
    seconds: Mapping[str, float] | None = None,
) -> Table:
    """One row a model: the primary task in full, the other tasks as one number each, and the cost.

    Args:
        results: content of results.json.
        primary: the task whose English score, transfer and gap are shown; `results.primary` when empty.
        controls: models that are no contestants: the difference is taken to the best of these and the baseline.
        seconds: seconds of training, by model.
    """
    compared = ModelComparison(results, primary or results.primary, controls)
    name = task_title(results, compared.primary)
    columns = [
        Column(name="model"),
        Column(name=f"{name} {ENGLISH}", kind="score", better="higher"),
        Column(name=f"{name} others", kind="score", better="higher"),
        Column(name="gap", kind="score", better="lower"),
        Column(name="Δ", kind="difference", better="higher"),
        *(Column(name=task_title(results, task), kind="score", better="higher") for task in _minor(compared)),
        Column(name="training", kind="seconds"),
    ]
    table = Table(
        name="summary",
        caption=f"{_setting(results)}: {', '.join(task_title(results, task) for task in results.tasks)}",
        columns=tuple(columns),
        rows=tuple(_row(model, compared, (seconds or {}).get(model)) for model in compared.task.models),
        notes=tuple(_notes(compared)),
        signature=results.signature,
    )
    return with_stars(without_empty_columns(table), results.baseline)


def headline(results: Evaluated, *, primary: str = "", controls: tuple[str, ...] = ()) -> Headline | None:
    """The result in one sentence and a few figures; None when no model was compared with the baseline."""
    primary = primary or results.primary
    if primary not in results.tasks or not targets(results.tasks[primary]):
        return None
    compared = ModelComparison(results, primary, controls)
    winner, reference = compared.winner, compared.reference
    gain = compared.gain(winner) if winner else None
    if winner is None or reference is None or gain is None:
        return None
    figures = [_figure(m, compared, "baseline" if m == results.baseline else "control") for m in compared.unaligned]
    doubt = _doubt(compared, winner, gain)
    figures += [_figure(winner, compared, "aligned"), _gain_figure(gain, f"{winner} − {reference}", plain=bool(doubt))]
    where = f"{task_title(results, primary)} ({', '.join(targets(compared.task))})"
    return Headline(sentence=_sentence(winner, reference, round(gain.mean, 1), where, doubt), figures=tuple(figures))


def _sentence(winner: str, reference: str, gain: float, where: str, doubt: str) -> str:
    if gain > 0:
        return f"{winner} transfers {gain:.1f} points better than {reference} on {where}{doubt}."
    distance = f"{-gain:.1f} points worse" if gain else "no better and no worse"
    return f"No aligned model transfers better than {reference} on {where}: the best, {winner}, is {distance}."


def _doubt(compared: ModelComparison, winner: str, gain: SeedScore) -> str:
    """What speaks against calling a difference a gain: chance over the items, or a seed without it."""
    seeds, chance = seed_count(compared.task), compared.transfer[winner].p
    p = chance if compared.reference == compared.results.baseline else None
    if p is not None and seeds < ENOUGH_SEEDS:
        return f" ({seeds} seed{'s' * (seeds > 1)}, too few to rule out chance)"
    if p is not None and p >= LEVEL:
        return f", which chance explains as well (p = {p:.2f})"
    return ", but not for every seed" if gain.scores and min(gain.scores) <= 0 < gain.mean else ""


def _setting(results: Evaluated) -> str:
    """How the models were trained for the tasks: plain zero-shot, or what any task says beyond it."""
    plain = ("", "zero-shot", "without fine-tuning")
    more = dict.fromkeys(task.setting for task in results.tasks.values() if task.setting not in plain)
    return f"Transfer, {'; '.join(more)}" if more else "Zero-shot transfer from English"


def _minor(compared: ModelComparison) -> list[str]:
    return [task for task in compared.results.tasks if task != compared.primary]


def _row(model: str, compared: ModelComparison, seconds: float | None) -> TableRow:
    results, primary = compared.results, compared.primary
    minor = [task for task in _minor(compared) if model in results.tasks[task].models]
    others = {task: traced(results, task, model, "others") for task in minor}
    gain = cell(compared.gain(model))
    cells = [
        *(traced(results, primary, model, column) for column in (ENGLISH, "others", "gap")),
        gain.model_copy(update={"detail": f"{gain.detail}; to {compared.reference}"}) if gain.detail else gain,
        *(others.get(task, Cell(value=None)) for task in _minor(compared)),
        Cell(value=seconds, detail="see Provenance" if seconds else ""),
    ]
    return row(model, cells)


def _notes(compared: ModelComparison) -> list[str]:
    titles = {task: task_title(compared.results, task) for task in compared.results.tasks}
    seeds, name = seed_count(compared.task), titles[compared.primary]
    first = [f"Mean ± sd over {seeds} seeds."] if seeds > 1 else []
    first.append(f"others: mean over {', '.join(targets(compared.task))}; gap: English minus others.")
    if _minor(compared):
        first.append(f"{', '.join(titles[task] for task in _minor(compared))}: mean without English.")
    first += filter(None, [few_seeds(compared.task)])
    if compared.reference is None or compared.winner is None:
        return [" ".join(first)]
    better = ", the better of baseline and control" if len(compared.unaligned) > 1 else ""
    return [" ".join(first), f"Δ: {name} others minus {compared.reference}{better}.{_smallest(compared)}"]


def _smallest(compared: ModelComparison) -> str:
    gains = {model: compared.gain(model) for model in compared.transfer}
    listed = ", ".join(f"{model} {min(gain.scores):+.1f}" for model, gain in gains.items() if gain and gain.scores)
    return f" Smallest over the seeds: {listed}." if listed else ""


def _figure(model: str, compared: ModelComparison, role: str) -> Figure:
    score = compared.transfer[model]
    sd = f" ± {score.sd:.1f}" if score.sd is not None else ""
    return Figure(label=role, value=number(score.mean, "score"), note=f"{model}{sd}")


def _gain_figure(gain: SeedScore, what: str, *, plain: bool) -> Figure:
    seeds = f", at least {number(min(gain.scores), 'difference')} for each seed" if len(gain.scores) > 1 else ""
    tone = "plain" if plain or not round(gain.mean, 1) else "good" if gain.mean > 0 else "bad"
    return Figure(label="difference", value=number(gain.mean, "difference"), note=what + seeds, tone=tone)
