"""The sentence vectors that a file's retrieval tasks scored, so that the model that leaves the cache makes the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.options import RetrievalOptions
from xlalign.modeling.inspection import config_of
from xlalign.modeling.sentence_files import POOLED, SentenceSetup, read_setup
from xlalign.stages.base import Node
from xlalign.stages.grid import read

if TYPE_CHECKING:
    from xlalign.artifacts.artifact import Artifact
    from xlalign.evaluation.results import CellResult

DEPTHS = ("num_hidden_layers", "n_layers", "encoder_layers", "num_layers")
"""What configurations call the number of their blocks."""
_POINT = re.compile(r"layer=(\d+),pool=(\w+)")


class MeasuredSetup(NamedTuple):
    """How the scored vectors were made, and in what an export has to differ from it (empty: in nothing)."""

    setup: SentenceSetup
    task: str
    differs: str = ""


def retrieval_results(model: str, graph: Mapping[str, Node], made: Mapping[str, Artifact]) -> Iterator[CellResult]:
    """The finished cells of a file in which a stage's model retrieved, in the order of the file.

    Args:
        model: name of the stage that made the model.
        graph: the nodes of the file.
        made: artifacts by node.
    """
    for name, node in graph.items():
        compared = isinstance(node.settings, GridCell) and node.settings.retrieval is not None
        if compared and node.inputs.get("model") == model and name in made:
            yield read(made[name].data)


def measured_setup(folder: Path, cell: CellResult) -> MeasuredSetup:
    """What `modules.json` has to say for the vectors that a cell scored.

    Args:
        folder: the model, with the sentence settings that the cell found in it.
        cell: of a task without fine-tuning.
    """
    options = RetrievalOptions.model_validate(cell.settings["retrieval"])
    own = read_setup(folder) if (options.layer, options.pooling) == ("dev", "dev") else None
    layer, pooling = _point(cell.setup["point"])
    setup = own or SentenceSetup(_from_the_end(layer, folder), pooling)
    setup = replace(setup, prompt=cell.setup.get("prompt", ""), max_length=_longest(options.max_length, folder))
    differs = f"{cell.task} subtracts the mean of each language, which a model cannot" if cell.setup["centred"] else ""
    if setup.pooling in POOLED.values():
        return MeasuredSetup(setup, cell.task, differs)
    # On held-out pairs, as the point itself was chosen; where there were none, all tokens for those without specials.
    others = {label: score for label, score in cell.curve.items() if _point(label)[1] in POOLED.values()}
    best = _point(max(others, key=others.__getitem__)) if others else (layer, "mean")
    differs = f"sentence-transformers has no pooling `{pooling}` (layer {layer})"
    return MeasuredSetup(replace(setup, layer=_from_the_end(best[0], folder), pooling=best[1]), cell.task, differs)


def _point(label: str) -> tuple[int, str]:
    """`layer=3,pool=mean` as 3, "mean"."""
    found = _POINT.fullmatch(label)
    assert found
    return int(found[1]), found[2]


def _longest(wanted: int, folder: Path) -> int | None:
    """The longest row of the task; None where the encoder has no room for it, which is then what limits it."""
    room = config_of(folder).get("max_position_embeddings")
    # RoBERTa's positions begin behind the padding id: 514 are room for 512.
    return wanted if room is None or wanted <= room - 2 else None


def _from_the_end(layer: int, folder: Path) -> int:
    """-1 for the last of an encoder's hidden states, which every version of sentence-transformers can take."""
    config = config_of(folder)  # as it is written: code that comes with a model is not run for this
    return -1 if layer == next((config[name] for name in DEPTHS if name in config), None) else layer
