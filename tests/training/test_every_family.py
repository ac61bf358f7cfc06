"""An encoder of every family takes a step of presets without a head, and of those that predict what its head does."""

import functools

import numpy as np
import pytest
import torch
from tiny import model

from xlalign.errors import UserError
from xlalign.modeling import loading, packing
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.families import FAMILIES
from xlalign.training import pretrain as domain
from xlalign.training.loop import train
from xlalign.training.pretrain import Sources
from xlalign.training.program import RecipeProgram
from xlalign.training.settings import PretrainSettings
from xlalign.training.views import SpecialTokens

OTHERS = ("cao-l2", "wu-dredze-weak")
PREDICTING = {"masked": ("mlm", "cz-snt", "align-mlm"), "next": ("afp-causal", "prealign-causal"), "nothing": ()}


def settings_for(preset, **more):
    table = {"preset": preset, "steps": 1, "batch_size": 4, "device": "cpu", "data": {"max_length": 60}}
    return PretrainSettings.model_validate({**table, **more})


@pytest.fixture(scope="module")
def batches(artifacts, tmp_path_factory):
    """The batches of a preset; they depend on the tokenizer alone."""
    work = tmp_path_factory.mktemp("tokens")
    _, tokenizer = domain.load_start(settings_for("mlm"), artifacts[0], None, work)

    @functools.cache
    def of(preset):
        settings = settings_for(preset)
        query = Encoder(model("bert", vocab_size=len(tokenizer)))
        recipe = domain.fit_to_encoder(settings.recipe, query, SpecialTokens.of(tokenizer))
        return domain.load_batches(
            settings, recipe, query, tokenizer, Sources(artifacts[0], artifacts[1], work / preset)
        )

    return of, tokenizer


@pytest.mark.parametrize("kind", [*FAMILIES])
def test_a_step_moves_the_encoder(kind, batches):
    of, tokenizer = batches
    net = model(kind, vocab_size=len(tokenizer), initializer_range=0.05)
    query = Encoder(net)
    for preset in (*OTHERS, *PREDICTING[query.family.predicts]):
        program = RecipeProgram(of(preset).recipe, query, 0)
        program.modules().train()
        net.zero_grad()
        loss = program.loss(of(preset).batch(0)).loss
        loss.backward()
        assert torch.isfinite(loss)
        gradients = [p.grad for p in query.body.model.parameters() if p.grad is not None]
        assert sum(float(gradient.abs().sum()) for gradient in gradients) > 0
        assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_no_layer_is_left_out_in_training():
    ours = Encoder(model("m2m_100", encoder_layerdrop=0.9))
    ours.train()
    rows = [torch.arange(5, 12), torch.arange(7, 10)]
    places = torch.cat([torch.arange(len(row)) for row in rows])
    states = ours(torch.cat(rows), places, torch.zeros_like(places), packing.layout(np.array([7, 3])))
    assert [states.tokens(layer).shape[0] for layer in range(ours.layers + 1)] == [10] * (ours.layers + 1)


def test_below_a_new_head_the_encoder_waits_until_the_warm_up_is_over(artifacts, batches, tmp_path, monkeypatch):
    _, tokenizer = batches
    old = model("bert", headed=False, vocab_size=len(tokenizer), initializer_range=0.05)
    loading.save(old, tokenizer, tmp_path / "old")
    settings = settings_for("mlm", steps=3, head="new", head_warmup=2, warmup=0, **{"from": str(tmp_path / "old")})
    seen = []

    def noted(program, *arguments, **options):
        step = program.after_step

        def after(number, output):
            step(number, output)
            now = program.encoders["query"].model
            seen.append(
                (
                    torch.equal(
                        now.bert.encoder.layer[0].output.dense.weight, old.encoder.layer[0].output.dense.weight
                    ),
                    now.cls.predictions.transform.dense.weight.detach().clone(),
                )
            )

        program.after_step = after
        return train(program, *arguments, **options)

    monkeypatch.setattr(domain, "train", noted)
    domain.pretrain(settings, artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out")
    assert [same for same, _ in seen] == [True, True, False]
    assert not torch.equal(seen[0][1], seen[1][1])
    assert "head is new" in (tmp_path / "out/README.md").read_text()
    saved, _ = loading.load(tmp_path / "out", needs_head=True)
    assert torch.equal(saved.bert.pooler.dense.weight, old.pooler.dense.weight)


def test_prediction_without_head_or_mask_is_refused_before_the_first_step(artifacts, batches, tmp_path):
    _, tokenizer = batches
    loading.save(model("mt5", vocab_size=len(tokenizer)), tokenizer, tmp_path / "mt5")
    with pytest.raises(UserError, match="head"):
        domain.pretrain(
            settings_for("mlm", **{"from": str(tmp_path / "mt5")}),
            artifacts[0],
            artifacts[1],
            None,
            tmp_path / "a",
            tmp_path / "out",
        )
    new = settings_for("mlm", head="new", **{"from": str(tmp_path / "mt5")})
    with pytest.raises(UserError, match="no such head"):
        domain.pretrain(new, artifacts[0], artifacts[1], None, tmp_path / "a", tmp_path / "out")


def test_adapters_are_trained_merged_and_saved(artifacts, batches, tmp_path):
    pytest.importorskip("peft")
    _, tokenizer = batches
    old = model("bert", vocab_size=len(tokenizer), initializer_range=0.05)
    loading.save(old, tokenizer, tmp_path / "old")
    settings = settings_for("mlm", lora=2, warmup=0, learning_rate=0.01, **{"from": str(tmp_path / "old")})
    summary = domain.pretrain(settings, artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out")
    assert 0 < summary["trained"] < summary["parameters"] / 10
    new, _ = loading.load(tmp_path / "out")
    assert new.state_dict().keys() == old.state_dict().keys()
    assert torch.equal(new.get_input_embeddings().weight, old.get_input_embeddings().weight)
    block = "bert.encoder.layer.0.output.dense.weight"
    assert not torch.equal(new.state_dict()[block], old.state_dict()[block])
    assert "LoRA of rank 2" in (tmp_path / "out/README.md").read_text()


def test_a_decoder_learns_to_see_both_ways_and_stays_so(artifacts, batches, tmp_path):
    _, tokenizer = batches
    loading.save(model("qwen3", vocab_size=len(tokenizer)), tokenizer, tmp_path / "qwen3")
    start = {"from": str(tmp_path / "qwen3")}
    settings = settings_for("cao-l2", attention="bidirectional", **start)
    domain.pretrain(settings, artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out")
    net, _ = loading.load(tmp_path / "out")
    ours, ids = Encoder(net.eval()), torch.arange(10, 18)
    assert ours.body.packed
    with torch.no_grad():
        states = net(ids[None], output_hidden_states=True).hidden_states[-1][0]
        ids[-1] = 30
        assert not torch.allclose(net(ids[None], output_hidden_states=True).hidden_states[-1][0][0], states[0])
    refused = settings_for("afp-causal", attention="bidirectional", **start)
    with pytest.raises(UserError, match="sees the next one"):
        domain.pretrain(refused, artifacts[0], artifacts[1], None, tmp_path / "a", tmp_path / "b")
    with pytest.raises(UserError, match="see the next one"):
        domain.pretrain(settings_for("afp-causal"), artifacts[0], artifacts[1], None, tmp_path / "c", tmp_path / "d")
    both = settings_for("mlm", attention="bidirectional")
    with pytest.raises(UserError, match="is for decoders"):
        domain.pretrain(both, artifacts[0], artifacts[1], None, tmp_path / "e", tmp_path / "f")
