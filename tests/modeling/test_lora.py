"""Adapters: nothing changes at first, only they learn, and the merged model is the adapted one."""

import numpy as np
import pytest
import torch
from tiny import model

pytest.importorskip("peft")

from xlalign.modeling import packing
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.lora import add_adapters, merge_adapters

LENGTHS = np.array([7, 12])
IDS = torch.randint(5, 60, (19,), generator=torch.Generator().manual_seed(0))


def states(encoder):
    places = torch.cat([torch.arange(7), torch.arange(12)])
    return encoder(IDS, places, torch.zeros_like(IDS), packing.layout(LENGTHS)).tokens(-1)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "modernbert", "qwen3", "deberta-v2", "mt5"])
def test_merged_states_are_the_adapters(kind):
    encoder = Encoder(model(kind))
    names = dict(encoder.named_parameters()).keys()
    before = states(encoder).detach()
    add_adapters(encoder, 2, seed=1)
    torch.testing.assert_close(states(encoder), before, atol=1e-5, rtol=1e-5)
    trained = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, 0.05)
    for _ in range(2):
        states(encoder).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    adapted = states(encoder).detach()
    assert not torch.allclose(adapted, before, atol=1e-3)
    merge_adapters(encoder)
    assert dict(encoder.named_parameters()).keys() == names
    assert (states(encoder) - adapted).abs().max() / adapted.square().mean().sqrt() < 1e-5


def test_adapters_are_the_same_for_a_seed_and_few():
    first, second = Encoder(model("bert")), Encoder(model("bert"))
    state = torch.get_rng_state()
    for encoder in (first, second):
        add_adapters(encoder, 1, seed=4)
    assert torch.equal(torch.get_rng_state(), state)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)
    wide = Encoder(model("bert", hidden_size=192, intermediate_size=768))
    add_adapters(wide, 1, seed=0)
    assert sum(p.numel() for p in wide.parameters() if p.requires_grad) < 0.02 * sum(
        p.numel() for p in wide.parameters()
    )
