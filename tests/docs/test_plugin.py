"""The example plug-in of the extend guide works, found through its entry points."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from narrowing import each

from xlalign import registry
from xlalign.types import Pair

PLUGIN = Path(__file__).parents[2] / "docs/examples/plugin"


def table(original: registry.Registry[Any]) -> registry.Registry[Any]:
    """A fresh registry with the rows of `original`, so that the plug-ins are looked up anew."""
    return registry.Registry(original.kind, original._table, original.group)


def test_filter(plugin):
    from xlalign.bitext.filters import FILTERS

    question = table(FILTERS).get("question")(max=0)
    pairs = [
        Pair("1", "Is it late?", "¿Es tarde?", "en", "es", "x"),
        Pair("2", "Is it late?", "Es tarde.", "en", "es", "x"),
    ]
    assert [question.accept(question.score(pair)) for pair in pairs] == [True, False]
    assert "question" in table(FILTERS).names()


def test_aligner(plugin, monkeypatch):
    from xlalign.alignment import ALIGNERS
    from xlalign.alignment.base import AlignerInputs, TrainableAligner
    from xlalign.alignment.settings import AlignSettings

    monkeypatch.setattr(ALIGNERS, "_plugins", table(ALIGNERS)._plugins)
    settings = AlignSettings.model_validate({"aligner": "same_word", "letters": 5})
    aligner = settings.aligner.make(AlignerInputs("en-de"))
    assert not isinstance(aligner, TrainableAligner)
    assert aligner.align([(["Berlin", "bears"], ["Berliner", "Bären"])])[0].links == ((0, 0),)


def test_family(plugin, monkeypatch):
    from transformers import AutoConfig

    from xlalign.modeling.families import FAMILIES, family_of

    monkeypatch.setattr(FAMILIES, "_plugins", table(FAMILIES)._plugins)
    assert family_of(AutoConfig.for_model("megatron-bert")).head == ("cls",)


def test_task(plugin, tmp_path):
    from xlalign.evaluation.data.source import TaskSource
    from xlalign.evaluation.tasks import TASKS

    task = table(TASKS).get("animals")
    folder = tmp_path / "animals"
    folder.mkdir()
    (folder / "test-en.tsv").write_text(
        "The dog barks.\tThere is a dog.\tyes\nIt rains.\tThere is a dog.\tno\n", encoding="utf-8"
    )
    examples = TaskSource(f"folder:{tmp_path}").load(task, "en", "test")
    assert [example.label for example in each(task.handler.example, examples)] == ["yes", "no"]
    assert task.score(["yes", "no"], ["yes", "yes"], "en")["accuracy"] == 50.0


def test_table_format(plugin, monkeypatch, tmp_path):
    from xlalign.reporting import folder, page, renderers
    from xlalign.reporting.data import ReportData
    from xlalign.reporting.table import Cell, Column, Table, row

    rows = table(renderers.RENDERERS)
    monkeypatch.setattr(renderers, "RENDERERS", rows)
    monkeypatch.setattr(page, "RENDERERS", rows)
    columns = Column(name="aligner"), Column(name="en-de", kind="score")
    aer = Table(name="aer", caption="AER", columns=columns, rows=(row("a|b", [Cell(value=7.25)]),))
    folder.write(ReportData(title="links", aer=aer), tmp_path, ["org"])
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["aer.org"]
    text = (tmp_path / "tables/aer.org").read_text(encoding="utf-8")
    assert text == "#+CAPTION: AER\n| aligner | en-de |\n|-\n| a\\vert{}b | 7.2 |\n"
    assert "<summary>Org</summary>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_objective(plugin):
    import torch

    from xlalign.objectives import OBJECTIVES
    from xlalign.objectives.encodings import Encodings

    encoder = _encoder()
    objective = table(OBJECTIVES).get("norm_match")().build(encoder, {})
    batch = _batch()
    output = objective(batch, Encodings(batch, {"query": encoder}, objective.options.passes()))
    output.loss.backward()
    assert torch.isfinite(output.loss)
    assert output.count == 2
    assert any(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in encoder.parameters())
    same = replace(batch, views={"source": batch.views["source"], "target": batch.views["source"]})
    equal = objective(same, Encodings(same, {"query": encoder}, objective.options.passes())).metrics["loss"]
    assert equal.item() == pytest.approx(0.0, abs=1e-9)


def test_preset_and_objective_in_a_pipeline_file(plugin, monkeypatch):
    from xlalign.objectives import OBJECTIVES, presets
    from xlalign.training.settings import PretrainSettings

    for registry_ in (OBJECTIVES, presets.PRESETS):
        monkeypatch.delitem(vars(registry_), "_plugins", raising=False)
    assert "norm-match" in presets.names()
    assert presets.load("norm-match").objectives["norms"].kind == "norm_match"
    assert "norms.layer = -1" in presets.explanation("norm-match")
    own = {"preset": "ppa", "objectives": {"mine": {"kind": "norm_match", "layer": 1, "weight": 2.0}}}
    recipe = PretrainSettings.model_validate(own).recipe
    assert [*recipe.objectives] == ["contrast", "tlm", "mine"]
    assert recipe.objectives["mine"].model_dump()["layer"] == 1
    for registry_ in (OBJECTIVES, presets.PRESETS):
        vars(registry_).pop("_plugins", None)


def _encoder():
    import torch
    from transformers import BertConfig, BertForMaskedLM

    from xlalign.modeling.encoder import Encoder

    torch.manual_seed(0)
    config = BertConfig(vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    return Encoder(BertForMaskedLM(config)).eval()


def _batch():
    from xlalign.objectives.batch import TrainingBatch

    return TrainingBatch(("a", "b"), {"source": _view([[1, 5, 6], [1, 7]]), "target": _view([[1, 9], [1, 8, 4, 3]])})


def _view(rows):
    import numpy as np
    import torch

    from xlalign.objectives.views import TokenView

    sizes = [len(row) for row in rows]
    ids = torch.tensor([token for row in rows for token in row])
    zeros = torch.zeros_like(ids)
    return TokenView(
        ids=ids,
        lengths=np.array(sizes),
        positions=torch.cat([torch.arange(size) for size in sizes]),
        sides=zeros,
        types=zeros,
        rows=torch.repeat_interleave(torch.arange(len(rows)), torch.tensor(sizes)),
        words=zeros,
        content=torch.ones_like(ids, dtype=torch.bool),
        hashes=torch.arange(len(rows)),
    )
