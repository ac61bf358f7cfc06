"""README.md of what leaves the cache: base model, data, licences and scores, in the form that the hub reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from xlalign.evaluation.results import ModelResult, TaskResult
from xlalign.modeling.reference import Hub, Stage, origin
from xlalign.stages.base import model_stages
from xlalign.stages.report import evaluation
from xlalign.stages.runner import Outcome, closure

if TYPE_CHECKING:
    from xlalign.stages.pipeline import Pipeline

README = "README.md"
HUB_TASKS = {
    "classification": "text-classification",
    "tagging": "token-classification",
    "qa": "question-answering",
    "choice": "multiple-choice",
}
"""Kind of our tasks -> the hub's name of it; those that compare vectors are sentence similarity."""


@dataclass(frozen=True)
class Provenance:
    """Where a model or bitext comes from, and what it scored.

    Attributes:
        name: of the stage.
        base: repository that training began with; empty for one from scratch or from a folder.
        datasets: repositories of the hub whose text was used.
        licences: of the text, by corpus.
        languages: codes, sorted.
        tasks: evaluations in which the model took part, by name.
    """

    name: str
    base: str = ""
    datasets: tuple[str, ...] = ()
    licences: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    tasks: tuple[tuple[str, TaskResult], ...] = ()

    def scores(self) -> Iterator[tuple[str, TaskResult, ModelResult]]:
        """Task by task, what the model came to."""
        return ((name, task, task.models[self.name]) for name, task in self.tasks)


def provenance(pipeline: Pipeline, outcomes: Mapping[str, Outcome], name: str) -> Provenance:
    """What a run knows of one of its models or bitexts."""
    made = model_stages(pipeline.stages)
    first = origin(Stage(name), made) if name in made else None
    bitexts = [node for node in closure(pipeline.graph(), [name]) if node.kind.name == "prepare"]
    sources = [str(getattr(own, "uri", own)) for node in bitexts for own in cast("Any", node.settings).sources]
    licences = {
        k: str(v) for n in bitexts for k, v in outcomes[n.name].artifact.manifest.info.get("licences", {}).items()
    }
    results = evaluation(pipeline, outcomes)
    shown = {model: label for label, model in results.names.items()} if results else {}
    tasks = results.tasks.items() if results else ()
    return Provenance(
        name=shown.get(name, name),
        base=first.repository if isinstance(first, Hub) else "",
        datasets=tuple(
            sorted({"/".join(uri[3:].partition("@")[0].split("/")[:2]) for uri in sources if uri[:3] == "hf:"})
        ),
        licences=tuple(sorted(licences.items())),
        languages=tuple(sorted({code for node in bitexts for code in cast("Any", node.settings).languages})),
        tasks=tuple((task, own) for task, own in tasks if shown.get(name, name) in own.models),
    )


def describe_export(pipeline: Pipeline, outcomes: Mapping[str, Outcome], name: str, folder: Path) -> None:
    """Complete the card of a model that was exported; a folder of another kind is left alone."""
    if name in model_stages(pipeline.stages):
        complete_model_card(folder, provenance(pipeline, outcomes, name))


def complete_model_card(folder: Path, known: Provenance, licence: str = "") -> None:
    """Put what a run knows into the card of a model folder, at its head for the hub and below for people.

    Args:
        folder: of the model, with the README.md that training wrote; one is begun where there is none.
        known: where the model comes from, and its scores.
        licence: of the weights, as the hub spells it (`mit`); empty = not stated.
    """
    from huggingface_hub import ModelCard, ModelCardData

    path = folder / README
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# {known.name}\n"
    # Without a head huggingface_hub complains to the user's terminal.
    card = ModelCard(text if text.startswith("---") else f"---\ntags:\n- xlalign\n---\n\n{text}")
    head = cast("ModelCardData", card.data)
    head.base_model = known.base or None
    head.datasets = [*known.datasets] or None
    head.license = licence or head.license
    head.tags = list(dict.fromkeys([*(head.tags or ()), "sentence-transformers"]))
    head.model_name, head.eval_results = known.name, [*_eval_results(known)] or None
    card.text = card.text.rstrip("\n") + "\n" + "".join([*_data_section(known), *_score_section(known)])
    path.write_text(str(card), encoding="utf-8")


def _eval_results(known: Provenance) -> Iterator[Any]:
    """One result a task and language, as the hub's `model-index` has them; metrics are in percent, as ours."""
    from huggingface_hub import EvalResult

    for name, task, model in known.scores():
        for language, score in model.languages.items():
            yield EvalResult(
                task_type=HUB_TASKS.get(task.kind, "sentence-similarity"),
                dataset_type=name,
                dataset_name=f"{task.title or name} ({language})",
                dataset_config=language,
                dataset_split=str(model.settings.get("split", "test")),
                metric_type=task.metric,
                metric_value=round(score.mean, 2),
                metric_name=task.metric,
            )


def _data_section(known: Provenance) -> Iterator[str]:
    if known.licences:
        yield "\n## Data\n\n| corpus | licence |\n|---|---|\n"
        yield from (f"| {corpus} | {licence} |\n" for corpus, licence in known.licences)


def _score_section(known: Provenance) -> Iterator[str]:
    if known.tasks:
        yield "\n## Scores\n\nIn percent; mean over languages, and over seeds where the model was fine-tuned.\n\n"
        yield "| task | metric | setting | languages | average |\n|---|---|---|---|---|\n"
        for name, task, model in known.scores():
            languages = ", ".join(model.languages)
            setting = task.setting or "-"
            yield f"| {task.title or name} | {task.metric} | {setting} | {languages} | {model.average.mean:.1f} |\n"


def write_dataset_card(folder: Path, known: Provenance, licence: str = "") -> None:
    """README.md of a bitext folder: the hub shows its Parquet files as configurations."""
    from huggingface_hub import DatasetCard, DatasetCardData

    configs: list[dict[str, Any]] = []
    splits = [{"split": s, "path": f"{s}/*.parquet"} for s in ("train", "dev") if any(folder.glob(f"{s}/*.parquet"))]
    if splits:
        configs.append({"config_name": "pairs", "data_files": splits, "default": True})
    mono = sorted(folder.glob("mono/*.parquet"))
    configs += [{"config_name": f"mono-{path.stem}", "data_files": f"mono/{path.name}"} for path in mono]
    head = DatasetCardData(
        language=[*known.languages] or None,
        license=licence or None,
        task_categories=["translation"],
        pretty_name=known.name,
        tags=["xlalign", "parallel-corpus"],
        configs=configs,
    )
    body = [f"\n# {known.name}\n\nParallel text prepared with xlalign: cleaned, deduplicated, split (`report.json`).\n"]
    text = "".join([f"---\n{head.to_yaml()}\n---\n", *body, *_data_section(known)])
    DatasetCard(text)  # what the hub would refuse is refused here
    (folder / README).write_text(text, encoding="utf-8")
