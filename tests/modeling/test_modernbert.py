"""Our ModernBERT blocks give the stock blocks' numbers and gradients, bit for bit."""

import numpy as np
import pytest
import torch
import transformers

from xlalign.modeling import encoder, loading, packing
from xlalign.modeling.cpu import dropout, modernbert

LENGTHS = np.array([5, 40, 3, 17, 41, 2, 30, 29, 5])


def model(**changed: str) -> transformers.PreTrainedModel:
    config = transformers.ModernBertConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=90,
        local_attention=8,
        global_attn_every_n_layers=2,
        pad_token_id=0,
        attention_dropout=0.1,
        embedding_dropout=0.1,
        mlp_dropout=0.2,
        **changed,
    )
    torch.manual_seed(1)
    with loading.quiet():
        return transformers.AutoModelForMaskedLM.from_config(config)


def stock(monkeypatch: pytest.MonkeyPatch) -> encoder.Encoder:
    """The stock blocks around our attention and dropout."""
    monkeypatch.setattr(modernbert, "replace", lambda net: None)
    net = encoder.Encoder(model())
    monkeypatch.undo()
    return net


def own(net: encoder.Encoder) -> set[type]:
    """The kinds of our modules among the encoder's."""
    return {type(module) for module in net.modules()} & {modernbert.Attention, modernbert.GatedLayer, modernbert.Rotary}


def run(net: encoder.Encoder, *, recompute: bool = False) -> list[torch.Tensor]:
    """States of all layers and gradients of all parameters."""
    ids = torch.randint(5, 50, (int(LENGTHS.sum()),), generator=torch.Generator().manual_seed(0))
    positions = torch.cat([torch.arange(int(n)) for n in LENGTHS])
    torch.manual_seed(7)
    states = net(ids, positions, torch.zeros_like(ids), packing.layout(LENGTHS, 120), recompute=recompute)
    layers = [states.tokens(layer) for layer in range(4)]
    layers[-1].square().mean().backward()
    return [*layers, *(p.grad for p in net.parameters() if p.grad is not None)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("recompute", [True, False])
def test_states_and_gradients_are_the_stock_blocks(monkeypatch, training, recompute):
    theirs, ours = stock(monkeypatch).train(training), encoder.Encoder(model()).train(training)
    assert (len(own(theirs)), len(own(ours))) == (0, 3)
    pairs = zip(run(theirs), run(ours, recompute=recompute), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_other_number_formats_take_the_stock_way():
    net = encoder.Encoder(model()).eval().double()
    exact, single = run(net), run(encoder.Encoder(model()).eval())
    assert exact[0].dtype == torch.float64
    assert all(torch.allclose(a, b.double(), atol=1e-5) for a, b in zip(exact, single, strict=True))


def test_under_autocast_the_stock_way_is_taken(monkeypatch):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        theirs, ours = run(stock(monkeypatch).train()), run(encoder.Encoder(model()).train())
    assert all(torch.equal(a, b) for a, b in zip(theirs, ours, strict=True))


def test_another_activation_keeps_the_stock_layer():
    assert own(encoder.Encoder(model(hidden_activation="gelu_python"))) == {modernbert.Attention, modernbert.Rotary}


def test_dropout_layers_stay_where_they_were():
    kinds = {type(m) for m in encoder.Encoder(model()).model.modules()}
    assert dropout.Dropout in kinds
    assert torch.nn.Dropout not in kinds
