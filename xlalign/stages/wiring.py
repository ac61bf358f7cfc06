"""From the tables of a pipeline file to nodes: which stage reads which, and what of a table identifies it.

A field that names another stage (`from = "base"`) does not identify a result; the content of that stage's
artifact does. So such fields are operational here, and the names become inputs of the node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import Field

from xlalign.alignment import ALIGNERS
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext.settings import PrepareSettings
from xlalign.config import Settings, late, operational
from xlalign.errors import UserError, unknown_name
from xlalign.evaluation.cell_settings import Pooling
from xlalign.evaluation.diagnostics.settings import DiagnosticsSettings
from xlalign.evaluation.settings import EvalSettings
from xlalign.modeling import scratch
from xlalign.objectives.depth import refuse_missing_layers
from xlalign.stages.base import Kind, Node
from xlalign.stages.grid import cell_name, data_name, grid
from xlalign.stages.prepare import TASK
from xlalign.training.settings import PretrainSettings

PREPARE = Kind("prepare", 3, "xlalign.stages.prepare")
ALIGN = Kind("align-words", 3, "xlalign.stages.align_words")
PRETRAIN = Kind("pretrain", 2, "xlalign.stages.pretrain", volatile=("metrics.jsonl", "README.md", "trackers/*"))
EVAL = Kind("eval", 2, "xlalign.stages.evaluate")
DIAGNOSE = Kind("diagnose", 1, "xlalign.stages.diagnose")
DIAGNOSTICS = Kind("diagnostics", 1, "xlalign.stages.diagnostics")

Stages = Mapping[str, Mapping[str, Settings]]


class PrepareStage(PrepareSettings):
    """A `[prepare]` table."""

    keep_out_evaluation: bool = operational(
        True, "remove what the tasks of [eval] and the gold links of [align-words] hold, beside `decontaminate`"
    )
    gold: tuple[str, ...] = late((), "gold links whose text is kept out, as in [align-words]")
    encoder: str = late("", "pretrain stage, model folder or hub id for `mine` and the filter `embedding`")
    layer: int = late(-1, "hidden state that sentence vectors are taken from: 0 embeddings, -1 last")
    pooling: Pooling = late("mean", "how token vectors become one: mean, inner (without special tokens) or cls")
    links: str = late(
        "", "align-words stage whose model the filter `links` uses; its bitext is another prepare stage's"
    )


class AlignStage(AlignSettings):
    """An `[align-words]` table."""

    bitext: str = operational("prepare", "name of the prepare stage to align")


class PretrainStage(PretrainSettings):
    """A `[pretrain.NAME]` table."""

    bitext: str = operational("prepare", "name of the prepare stage to train on")
    alignments: str = operational("align-words", "name of the align-words stage whose links and lexicon are used")


class EvalStage(EvalSettings):
    """An `[eval]` table."""

    controls: tuple[str, ...] = Field((), description="models that only had more training: no contestants")


class Diagnosed(Settings):
    """Diagnostics of one model."""

    options: DiagnosticsSettings = Field(description="what is measured on")
    model: str = Field("stage", description="folder or hub id, where the model comes from no stage")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the pipeline file. `single`: the table may be one stage, named like the section."""

    name: str
    model: Callable[[], type[Settings]]
    single: bool = True


SECTIONS = {
    section.name: section
    for section in (
        Section("prepare", lambda: PrepareStage),
        Section("align-words", lambda: AlignStage),
        Section("pretrain", lambda: PretrainStage, single=False),
        Section("eval", lambda: EvalStage),
        Section("diagnostics", lambda: DiagnosticsSettings),
    )
}


def nodes(stages: Stages) -> dict[str, Node]:
    """The graph of a validated pipeline.

    Raises:
        UserError: two stages share a name, a name is unknown, or stages wait for each other.
    """
    graph: dict[str, Node] = {}
    for section, build in _BUILDERS.items():
        for name, settings in stages.get(section, {}).items():
            for node in build(name, settings, stages):
                if node.name in graph:
                    raise UserError(f"two stages have the name `{node.name}`", "rename one in the pipeline file")
                graph[node.name] = node
    _refuse_cycles(graph)
    return graph


def _prepare(name: str, settings: Settings, stages: Stages) -> list[Node]:
    own = cast("PrepareStage", settings)
    inputs: dict[str, str] = {}
    if own.keep_out_evaluation:
        inputs = _task_data(stages)
        own = own.model_copy(update={"gold": tuple(dict.fromkeys([*own.gold, *_gold_specs(stages)]))})
    if own.encoder in stages.get("pretrain", {}):
        inputs["encoder"] = own.encoder
        own = own.model_copy(update={"encoder": "stage"})
    if own.links:
        inputs["links"] = _reference(own.links, "align-words", f"{name}.links", stages)
        own = own.model_copy(update={"links": "stage"})
    return [Node(name, PREPARE, own, inputs)]


def _task_data(stages: Stages) -> dict[str, str]:
    """The nodes with the real data of every task, by role; the micro-world keeps its splits apart by itself."""
    return {
        f"{TASK}{cell.task}": data_name(evaluation, cell.task)
        for evaluation, settings in stages.get("eval", {}).items()
        for cell in cast("EvalStage", settings).cells()
        if cell.data.startswith(("folder:", "hub:"))
    }


def _gold_specs(stages: Stages) -> list[str]:
    return [spec for settings in stages.get("align-words", {}).values() for spec in cast("AlignStage", settings).gold]


def _align(name: str, settings: Settings, stages: Stages) -> list[Node]:
    own = cast("AlignStage", settings)
    if own.aligner not in ALIGNERS:
        raise unknown_name("aligner", own.aligner, ALIGNERS)
    inputs = {"bitext": _reference(own.bitext, "prepare", f"align-words.{name}.bitext", stages)}
    if own.encoder in stages.get("pretrain", {}):
        inputs["encoder"] = own.encoder
        own = own.model_copy(update={"encoder": "stage"})
    return [Node(name, ALIGN, own, inputs)]


def _pretrain(name: str, settings: Settings, stages: Stages) -> list[Node]:
    own = cast("PretrainStage", settings)
    recipe = own.recipe()
    inputs = {"bitext": _reference(own.bitext, "prepare", f"pretrain.{name}.bitext", stages)}
    if lacking := sorted(recipe.needs() & {"links", "dictionary"}):
        if not stages.get("align-words"):
            raise UserError(
                f"`{name}`: preset `{own.preset}` needs {' and '.join(lacking)}, "
                "and the file has no [align-words] stage",
                'add a table [align-words] with aligner = "hmm", or choose a preset without (`xlalign list presets`)',
            )
        inputs["alignments"] = _reference(own.alignments, "align-words", f"pretrain.{name}.alignments", stages)
    if depth := _depth(own.start, stages):
        refuse_missing_layers(recipe, depth)
    if own.start in stages.get("pretrain", {}):
        inputs["model"] = own.start
        own = own.model_copy(update={"start": "stage"})
    return [Node(name, PRETRAIN, own, inputs)]


def _depth(start: str, stages: Stages) -> int:
    """Layers of the encoder that a `from` leads to; 0 where only the hub knows."""
    seen: set[str] = set()
    while start in stages.get("pretrain", {}) and start not in seen:
        seen.add(start)
        start = cast("PretrainStage", stages["pretrain"][start]).start
    if start.startswith("scratch:"):
        return scratch.size(start.removeprefix("scratch:")).layers
    config = Path(start) / "config.json"
    return int(json.loads(config.read_text(encoding="utf-8")).get("num_hidden_layers", 0)) if config.is_file() else 0


def _reference(name: str, section: str, field: str, stages: Stages) -> str:
    """The stage that a field names; the only stage of the section when the default name is not there."""
    known = list(stages.get(section, {}))
    if name in known:
        return name
    if name == section and known:
        return known[0]
    if not known:
        raise UserError(f"`{field}` needs a [{section}] stage, and the file has none", f"add a [{section}] table")
    raise unknown_name(f"{section} stage in `{field}`:", name, known)


def _eval(name: str, settings: Settings, stages: Stages) -> list[Node]:
    own = cast("EvalStage", settings)
    models = _models(name, own.models, stages)
    own = own.model_copy(update={"models": models})
    trained = stages.get("pretrain", {})
    built = list(grid(name, own, {model: model in trained for model in models}))
    cells = [(model, cell_name(name, cell.task, model, cell.seed)) for model in models for cell in own.cells()]
    tested = {f"{number}|{model}": cell for number, (model, cell) in enumerate(cells)}
    return [*built, Node(name, EVAL, own, tested)]


def _diagnostics(name: str, settings: Settings, stages: Stages) -> list[Node]:
    own = cast("DiagnosticsSettings", settings)
    models = _models(name, own.models, stages)
    options, trained = own.model_copy(update={"models": ()}), stages.get("pretrain", {})
    built = [
        Node(
            f"{name}.{model}",
            DIAGNOSE,
            Diagnosed(options=options, model="stage" if model in trained else model),
            {"model": model} if model in trained else {},
            name,
        )
        for model in models
    ]
    everything = own.model_copy(update={"models": models})
    return [*built, Node(name, DIAGNOSTICS, everything, {model: f"{name}.{model}" for model in models})]


def _models(name: str, wanted: tuple[str, ...], stages: Stages) -> tuple[str, ...]:
    """The models of a stage: those it names, or every pretrain stage."""
    models = wanted or tuple(stages.get("pretrain", {}))
    if not models:
        raise UserError(f"`{name}` has no model to evaluate", 'add [pretrain.NAME] stages, or models = ["PATH"]')
    return models


_BUILDERS: dict[str, Callable[[str, Settings, Stages], list[Node]]] = {
    "prepare": _prepare,
    "align-words": _align,
    "pretrain": _pretrain,
    "eval": _eval,
    "diagnostics": _diagnostics,
}


def _refuse_cycles(graph: Mapping[str, Node]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise UserError(f"stages wait for each other: {' -> '.join([*path[path.index(name) :], name])}")
        if name not in done:
            for source in graph[name].inputs.values():
                visit(source, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())
