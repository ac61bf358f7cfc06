"""Every family that is listed is packed rightly, has its head and layers; one that is not is padded rightly."""

import numpy as np
import pytest
import torch
import transformers

from xlalign.errors import UserError
from xlalign.modeling import encoder, layers, packing
from xlalign.modeling.families import FAMILIES, UNLISTED, family_of

TINY = {
    "vocab_size": 60, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 90, "pad_token_id": 1, "bos_token_id": 2, "eos_token_id": 3, "cls_token_id": 2,
    "sep_token_id": 3, "type_vocab_size": 2, "initializer_range": 0.3, "embedding_size": 16,
}  # fmt: skip
OWN = {
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2},
    "distilbert": {"dim": 24, "n_layers": 3, "n_heads": 2, "hidden_dim": 32},
}
LENGTHS = np.array([17, 5, 11, 3, 40])
NOT_LISTED = {"deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}, "rembert": {}, "mpnet": {}}


def model(kind):
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(kind, **(TINY | OWN.get(kind, NOT_LISTED.get(kind, {}))))
    with encoder.quiet():
        return transformers.AutoModelForMaskedLM.from_config(config).eval()


def batch(seed=0):
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(5, 60, (int(n),), generator=generator) for n in LENGTHS]
    return rows, torch.cat([torch.arange(len(row)) for row in rows])


def close(found, expected):
    return (found - expected).abs().max() / expected.square().mean().sqrt() < 3e-5


@pytest.mark.parametrize("kind", [*FAMILIES, *NOT_LISTED])
def test_states_and_logits_equal_the_stock_models(kind):
    net = model(kind)
    rows, positions = batch()
    with torch.no_grad():
        alone = [net(row[None], output_hidden_states=True) for row in rows]
        ours = encoder.Encoder(net)
        states = ours(torch.cat(rows), positions, torch.zeros_like(positions), packing.layout(LENGTHS, 40))
        for layer in range(ours.layers + 1):
            assert close(states.tokens(layer), torch.cat([output.hidden_states[layer][0] for output in alone]))
        assert close(ours.logits(states.tokens(-1)), torch.cat([output.logits[0] for output in alone]))
    assert ours.body.packed == (kind in FAMILIES)


@pytest.mark.parametrize("kind", [*FAMILIES, *NOT_LISTED])
def test_no_row_sees_another(kind):
    ours = encoder.Encoder(model(kind))
    rows, positions = batch()
    plan = packing.layout(LENGTHS)
    with torch.no_grad():
        before = ours(torch.cat(rows), positions, torch.zeros_like(positions), plan).tokens(-1)
        rows[1] = rows[1].flip(0)
        after = ours(torch.cat(rows), positions, torch.zeros_like(positions), plan).tokens(-1)
    assert torch.allclose(before[:17], after[:17], atol=1e-6)
    assert torch.allclose(before[22:], after[22:], atol=1e-6)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "modernbert", "distilbert", "electra", "deberta-v2"])
def test_frozen_layers_are_the_embeddings_and_the_first_blocks(kind):
    body = model(kind).base_model
    blocks = list(layers.transformer_blocks(body))
    inside = {id(p) for block in blocks for p in block.parameters()}
    embeddings = {name for name, _ in body.named_parameters() if "embed" in name and "rel_" not in name}
    for count in (0, 1, 3):
        layers.freeze_layers(body, count)
        frozen = {name for name, p in body.named_parameters() if not p.requires_grad}
        first = {id(p) for block in blocks[: max(0, count - 1)] for p in block.parameters()}
        names = {name for name, p in body.named_parameters() if id(p) in first}
        assert frozen == names | (embeddings if count else set())
    assert inside
    layers.freeze_layers(body, "all")
    assert not any(p.requires_grad for p in body.parameters())
    with pytest.raises(UserError, match="embeddings and 3 blocks"):
        layers.freeze_layers(body, 5)


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
    assert family_of(transformers.AutoConfig.for_model("roformer")) is UNLISTED
