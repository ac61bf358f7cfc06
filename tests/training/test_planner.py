"""Objectives ask, the planner serves: each its own, or the reason why not."""

import numpy as np
import pytest
import torch

from xlalign.errors import UserError
from xlalign.modeling import loading
from xlalign.modeling.encoder import Encoder
from xlalign.objectives import presets
from xlalign.objectives.requests import Dictionary, Momentum, Teacher
from xlalign.training import pretrain as domain
from xlalign.training.pretrain import Sources
from xlalign.training.program import RecipeProgram
from xlalign.training.settings import PretrainSettings
from xlalign.training.views import SpecialTokens


@pytest.fixture(scope="module")
def start(artifacts, tmp_path_factory):
    settings = PretrainSettings.model_validate({"device": "cpu"})
    return domain.load_start(settings, artifacts[0], None, tmp_path_factory.mktemp("start"))


def built(start, artifacts, work, preset, objectives):
    model, tokenizer = start
    table = {"preset": preset, "steps": 4, "batch_size": 8, "device": "cpu", "objectives": objectives}
    settings, query = PretrainSettings.model_validate(table), Encoder(model)
    recipe = domain.fit_to_encoder(settings.recipe, query, SpecialTokens.of(tokenizer))
    batches = domain.load_batches(settings, recipe, query, tokenizer, Sources(artifacts[0], artifacts[1], work))
    return batches, RecipeProgram(recipe, query, 0, widths=batches.widths)


def test_two_teachers_have_a_target_each(start, artifacts, tmp_path):
    model, tokenizer = start
    loading.save(model, tokenizer, tmp_path / "other")
    other = {"kind": "distillation", "teacher": str(tmp_path / "other"), "pooling": "cls", "layer": 1}
    batches, program = built(start, artifacts, tmp_path, "sbert-distill", {"other": other})
    own = [options.vectors for options in batches.recipe.objectives.values()]
    assert [request.source for request in own] == ["init", str(tmp_path / "other")]
    batch = batches.batch(0)
    first, second = (batch.answer(request) for request in own)
    assert first.shape == second.shape
    assert not torch.allclose(first, second)
    assert torch.isfinite(program.loss(batch).loss)
    assert set(batches.widths) == set(own)


def test_two_dictionaries_are_drawn_apart(start, artifacts, tmp_path):
    second = {"kind": "embedding-alignment", "sample": 4, "single_piece_only": True}
    batches, program = built(start, artifacts, tmp_path, "align-mlm", {"second": second})
    batch = batches.batch(3)
    whole, few = (batch.answer(request) for request in (Dictionary(), Dictionary(4, single_piece_only=True)))
    assert whole.entries > few.entries == 4
    assert len(few.source) == len(few.target) == 4  # one token each
    assert torch.isfinite(program.loss(batch).loss)


def test_two_momenta_move_two_copies(start, artifacts, tmp_path):
    second = {"kind": "sequence-contrast", "momentum": 0.5, "queue": 8, "negatives": "none"}
    batches, program = built(start, artifacts, tmp_path, "ppa", {"second": second, "contrast": {"queue": 8}})
    assert {model for model in program.encoders if isinstance(model, Momentum)} == {Momentum(0.999), Momentum(0.5)}
    query = program.encoders["query"].embeddings
    before = query.detach().clone()
    output = program.loss(batches.batch(0))
    with torch.no_grad():
        query += 1.0
    program.after_step(1, output)
    for rate in (0.999, 0.5):
        moved = program.encoders[Momentum(rate)].embeddings - before
        assert torch.allclose(moved, torch.full_like(moved, 1 - rate), atol=1e-5)
    with torch.no_grad():
        query -= 1.0


@pytest.mark.parametrize(
    ("objective", "reason"),
    [
        ({"kind": "token-prediction", "on": ["monolingual"]}, "there is no view `monolingual`"),
        ({"kind": "token-prediction", "on": ["source"], "target": "aligned"}, "exist for the view concat"),
        ({"kind": "token-prediction", "on": ["source"], "target": "dictionary"}, "exist for the view mono"),
        ({"kind": "sequence-contrast", "on": ["source", "romanised"], "span": True}, "not `romanised`"),
    ],
)
def test_what_cannot_be_served_is_refused_when_the_file_is_read(objective, reason):
    with pytest.raises(UserError) as caught:
        presets.load("mlm", {"objectives": {"mine": objective}})
    assert reason in caught.value.message
    assert "objective `mine`" in caught.value.message


def test_an_answer_that_nobody_asked_for_is_an_error(start, artifacts, tmp_path):
    batches, _ = built(start, artifacts, tmp_path, "xlm-tlm", {})
    with pytest.raises(KeyError):
        batches.batch(0).answer(Teacher("init"))


def test_pages_given_back_are_read_again(start, artifacts, tmp_path):
    batches, _ = built(start, artifacts, tmp_path, "ml-ctl", {})
    first = batches.batch(1)
    batches.release()
    again = batches.batch(1)
    assert first.ids == again.ids
    assert all(np.array_equal(view.ids, again.views[name].ids) for name, view in first.views.items())
