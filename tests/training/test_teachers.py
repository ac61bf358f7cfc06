"""Teachers have a tokenizer of their own, and are asked as their makers mean it."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny import model

from xlalign.bitext import corpus
from xlalign.config.faults import Fault
from xlalign.modeling import loading, scratch
from xlalign.modeling.sentence_files import SentenceSetup, write_setup
from xlalign.objectives.requests import Teacher
from xlalign.stages import pretrain as stage
from xlalign.stages.base import Checked
from xlalign.training.settings import PretrainSettings
from xlalign.training.teachers import load_teacher, teacher_vectors


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A sentence encoder with a Dense layer, prompts and another vocabulary."""
    folder = tmp_path_factory.mktemp("teacher")
    tokenizer = scratch.train_tokenizer({"en": ["query: the red dog sees a small house"] * 20}, "nano")
    loading.save(model("xlm-roberta", headed=False, vocab_size=len(tokenizer)), tokenizer, folder)
    write_setup(folder, SentenceSetup(layer=2, prompt="query: "))
    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "3_Dense").mkdir()
    shape = {"in_features": 24, "out_features": 7, "activation_function": "torch.nn.modules.linear.Identity"}
    (folder / "3_Dense/config.json").write_text(json.dumps(shape))
    save_file(
        {"linear.weight": torch.randn(7, 24), "linear.bias": torch.randn(7)}, folder / "3_Dense/model.safetensors"
    )
    return folder


def test_a_teacher_goes_by_its_own_files(teacher, artifacts, tmp_path):
    own_files: Any = None  # no encoder in training and no tokenizer of its are asked
    request = Teacher(str(teacher))
    options = PretrainSettings.model_validate({"preset": "sbert-distill"}).recipe.data
    found = teacher_vectors(request, own_files, own_files, artifacts[0], options, tmp_path)
    texts = [pair.source for pair in corpus.read_pairs(artifacts[0] / "train")]
    own = load_teacher(request)
    assert found.shape == (len(texts), own.width) == (len(texts), 7)
    np.testing.assert_allclose(found, own.vectors(texts), atol=1e-6)
    bare = teacher_vectors(Teacher(str(teacher), prompt=""), own_files, own_files, artifacts[0], options, tmp_path)
    assert not np.allclose(found, bare)


def test_a_student_learns_from_a_teacher_with_another_tokenizer(teacher, artifacts, tmp_path):
    from xlalign.training.pretrain import pretrain

    table = {"preset": "sbert-distill", "steps": 2, "batch_size": 8, "device": "cpu", "teacher": str(teacher)}
    summary = pretrain(
        PretrainSettings.model_validate(table), artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out"
    )
    assert np.isfinite(summary["last"]["loss"])


def settings(name):
    return stage.PretrainStage.model_validate({"preset": "sbert-distill", "teacher": str(name)})


def test_what_a_teacher_is_belongs_to_the_result(teacher, tmp_path):
    pins = stage.pins(settings(teacher))
    assert list(pins) == ["teacher-0"]
    assert not stage.pins(settings("init"))


def test_a_teacher_that_is_not_there_is_told_before_anything_runs(tmp_path):
    own = settings(tmp_path / "none")
    faults = list(stage.faults(Checked("pretrain.a", "a", own, {"pretrain": {"a": own}})))
    assert [type(fault) for fault in faults] == [Fault]
    assert "none" in str(faults[0].message)
