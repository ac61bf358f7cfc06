"""Every family that is listed gives the stock model's states, packed or padded, and its gradients; so do others."""

from typing import Any

import numpy as np
import pytest
import torch
import transformers
from tiny import LAYERS, model

from xlalign.errors import UserError
from xlalign.modeling import body, encoder, layers, loading, packing, probe
from xlalign.modeling.families import FAMILIES, UNLISTED, decoders, family_of

LENGTHS = np.array([17, 5, 11, 3, 40])
PADDED = {"deberta-v2", "rembert", "mpnet", "roformer", "t5", "mt5", "umt5", "m2m_100", "gemma2"}
NOT_LISTED = ["megatron-bert", "roberta-prelayernorm"]


def batch(seed=0):
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(5, 60, (int(n),), generator=generator) for n in LENGTHS]
    return rows, torch.cat([torch.arange(len(row)) for row in rows])


def close(found, expected, limit=3e-5):
    return (found - expected).abs().max() / expected.square().mean().sqrt() < limit


def alone(net, rows):
    """States (N, D) by layer, from the stock model one row at a time."""
    stock = family_of(net.config).body_of(net)
    outputs = [stock(row[None], output_hidden_states=True).hidden_states for row in rows]
    return [torch.cat([states[layer][0] for states in outputs]) for layer in range(len(outputs[0]))]


def gradients(net, loss):
    net.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in net.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("kind", [*FAMILIES, *NOT_LISTED])
def test_states_logits_and_gradients_equal_the_stock_models(kind):
    net = model(kind)
    rows, positions = batch()
    expected = alone(net, rows)
    weight = torch.randn(expected[-1].shape, generator=torch.Generator().manual_seed(2))
    want = gradients(net, (expected[-1] * weight).sum())
    headed = bool(family_of(net.config).head_of(net))
    logits = torch.cat([net(row[None]).logits[0] for row in rows]) if headed else None
    ours = encoder.Encoder(net)
    states = ours(torch.cat(rows), positions, torch.zeros_like(positions), packing.layout(LENGTHS, 40))
    for layer in range(ours.layers + 1):
        assert close(states.tokens(layer), expected[layer])
    if logits is not None:
        assert close(ours.logits(states.tokens(-1)), logits)
    found = gradients(net, (states.tokens(-1) * weight).sum())
    assert found.keys() == want.keys()
    largest = max(value.abs().max() for value in want.values())
    for name, value in want.items():
        assert (found[name] - value).abs().max() <= 1e-5 * largest, name
    assert ours.body.path == ("padded" if kind in PADDED or kind in NOT_LISTED else "packed"), ours.body.route


@pytest.mark.parametrize("kind", [*FAMILIES, *NOT_LISTED])
def test_no_row_sees_another(kind):
    ours = encoder.Encoder(model(kind, headed=False))
    rows, positions = batch()
    plan = packing.layout(LENGTHS)
    with torch.no_grad():
        before = ours(torch.cat(rows), positions, torch.zeros_like(positions), plan).tokens(-1)
        rows[1] = rows[1].flip(0)
        after = ours(torch.cat(rows), positions, torch.zeros_like(positions), plan).tokens(-1)
    assert torch.allclose(before[:17], after[:17], atol=1e-5)
    assert torch.allclose(before[22:], after[22:], atol=1e-5)


@pytest.mark.parametrize("kind", [*FAMILIES])
def test_what_is_saved_is_what_automodel_loads(kind, tmp_path):
    net = model(kind)
    rows, _ = batch()
    with torch.no_grad(), loading.quiet():
        expected = alone(net, rows[:2])[-1]
        encoder.Encoder(net)
        net.save_pretrained(tmp_path)
        again = transformers.AutoModel.from_pretrained(tmp_path).eval()
        assert close(alone(again, rows[:2])[-1], expected)


@pytest.mark.parametrize("kind", ["megatron-bert", "roformer", "mpnet", "deberta-v2", "rembert", "m2m_100", "t5"])
def test_the_probe_refuses_to_pack_what_packing_would_spoil(kind, monkeypatch):
    """As if somebody had listed the family as one that packs."""
    net = model(kind, headed=False)
    stock = family_of(net.config).body_of(net)
    monkeypatch.setattr(probe, "_FOUND", {})
    listed = type(family_of(net.config))(packed=True)
    monkeypatch.setattr(body, "family_of", lambda _: listed)
    found = body.Body(stock)
    assert found.path == "padded"
    assert any(word in found.route.reason for word in ("differ", "refused"))


def test_the_probe_sees_a_position_that_is_off_by_one(monkeypatch):
    net = model("xlm-roberta", headed=False)
    monkeypatch.setattr(probe, "_FOUND", {})
    monkeypatch.setattr(type(family_of(net.config)), "first_position", lambda *_: 1)
    assert body.Body(net).path == "padded"


def test_the_probe_runs_once_for_a_class_and_configuration(monkeypatch):
    monkeypatch.setattr(probe, "_FOUND", {})
    seen = []
    whole = probe._probe

    def counted(*arguments: Any) -> Any:
        seen.append(1)
        return whole(*arguments)

    monkeypatch.setattr(probe, "_probe", counted)
    routes = {str(encoder.Encoder(model("bert")).body.route) for _ in range(2)}
    assert len(seen) == 1
    assert routes == {"packed: packed rows gave the stock model's states"}


@pytest.mark.parametrize("kind", [kind for kind in FAMILIES if FAMILIES.get(kind).predicts == "next"])
def test_a_decoder_that_sees_both_ways_has_its_stock_states(kind):
    net = model(kind, headed=False)
    decoders.make_bidirectional(net)
    rows, positions = batch()
    with torch.no_grad():
        expected = alone(net, rows)[-1]
        ours = encoder.Encoder(net)
        states = ours(torch.cat(rows), positions, torch.zeros_like(positions), packing.layout(LENGTHS))
        assert close(states.tokens(-1), expected)
        rows[0][-1] += 1
        assert not close(alone(net, rows)[-1][:1], expected[:1])


@pytest.mark.parametrize("kind", ["modernbert", "gemma3_text", "mistral"])
def test_the_probe_reaches_beyond_any_window(kind, monkeypatch):
    """As if packed attention had forgotten the window, which is longer than the rows of the probe."""
    window = {"modernbert": {"local_attention": 128}}.get(kind, {"sliding_window": 64})
    net = model(kind, headed=False, **window)
    before = [getattr(owner, "sliding_window", None) for owner in (net.config, *net.modules())]
    monkeypatch.setattr(probe, "_FOUND", {})
    assert body.Body(net).path == "packed"
    assert [getattr(owner, "sliding_window", None) for owner in (net.config, *net.modules())] == before
    monkeypatch.setattr(probe, "_FOUND", {})
    within = packing.Group.within
    monkeypatch.setattr(packing.Group, "within", lambda self, _, causal=False: within(self, None, causal))
    assert body.Body(net).path == "padded"


def test_rows_that_padding_moves_are_run_alone(monkeypatch):
    net = model("convbert", headed=False, head_ratio=1, conv_kernel_size=3)
    rows, positions = batch()
    with torch.no_grad():
        expected = alone(net, rows)[-1]
        ours = encoder.Encoder(net)
        states = ours(torch.cat(rows), positions, torch.zeros_like(positions), packing.layout(LENGTHS))
        assert ours.body.path == "alone"
        assert close(states.tokens(-1), expected)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "modernbert", "distilbert", "electra", "deberta-v2"])
def test_frozen_layers_are_the_embeddings_and_the_first_blocks(kind):
    frozen_body = model(kind).base_model
    blocks = list(layers.transformer_blocks(frozen_body))
    inside = {id(p) for block in blocks for p in block.parameters()}
    embeddings = {name for name, _ in frozen_body.named_parameters() if "embed" in name and "rel_" not in name}
    for count in (0, 1, 3):
        layers.freeze_layers(frozen_body, count)
        frozen = {name for name, p in frozen_body.named_parameters() if not p.requires_grad}
        first = {id(p) for block in blocks[: max(0, count - 1)] for p in block.parameters()}
        names = {name for name, p in frozen_body.named_parameters() if id(p) in first}
        assert frozen == names | (embeddings if count else set())
    assert inside
    layers.freeze_layers(frozen_body, "all")
    assert not any(p.requires_grad for p in frozen_body.parameters())
    with pytest.raises(UserError, match=f"embeddings and {LAYERS} blocks"):
        layers.freeze_layers(frozen_body, LAYERS + 2)


@pytest.mark.parametrize("kind", [kind for kind in FAMILIES if kind not in ("albert", "electra")])
def test_every_family_can_freeze_its_embeddings_and_be_cut_off(kind):
    net = family_of(model(kind).config).body_of(model(kind))
    layers.freeze_layers(net, 1)
    assert not net.get_input_embeddings().weight.requires_grad
    assert any(p.requires_grad for p in net.parameters())
    cut = body.Body(net, stop=1)
    rows, positions = batch()
    with torch.no_grad():
        states = cut.hidden(torch.cat(rows), positions, None, packing.layout(LENGTHS).chunks[0], [1])
    assert states[1].shape == (LENGTHS.sum(), 24)


def test_the_padded_path_refuses_what_it_cannot_do():
    ours = encoder.Encoder(model("rembert"))
    rows, positions = batch()
    positions[3:17] -= 3
    with pytest.raises(UserError, match="run padded"):
        ours(torch.cat(rows), positions, torch.zeros_like(positions), packing.layout(LENGTHS))


def test_layers_that_share_weights_are_not_told_apart():
    with pytest.raises(UserError, match="share their weights"):
        layers.transformer_blocks(model("albert").base_model)


def test_an_unknown_family_is_never_packed_on_trust():
    assert not UNLISTED.packed
    assert family_of(transformers.AutoConfig.for_model("megatron-bert")) is UNLISTED
